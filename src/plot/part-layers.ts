// The blocks of a part as a reader takes them in: layers that are alike become one, with how many they are.
import type { OperationCount, PartBlock, PartPort } from '../ir/describe-part.ts'

/** A block by itself, or layers of blocks that repeat. */
export type FoldedBlock =
  | { readonly kind: 'block'; readonly block: PartBlock }
  | {
      readonly kind: 'layers'
      /** What they are called, such as `layers`, and the first and last of their numbers. */
      readonly stem: string
      readonly first: number
      readonly last: number
      /** Of one layer, named within it. */
      readonly blocks: readonly PartBlock[]
      /** Of all of them. */
      readonly bytes: number
    }

interface Layer {
  readonly stem: string
  readonly index: number
  readonly blocks: PartBlock[]
}

/**
 * Joins layers that follow each other and have the same blocks, with the same operations and bytes. Blocks without a
 * name (sizes and masks that are computed on the way) are left out.
 */
export function foldBlocks(blocks: readonly PartBlock[]): FoldedBlock[] {
  const folded: FoldedBlock[] = []
  let run: Layer[] = []
  const endRun = (): void => {
    const [first, last] = [run[0], run.at(-1)]
    if (first !== undefined && last !== undefined) {
      const bytes = run.flatMap((layer) => layer.blocks).reduce((sum, block) => sum + block.bytes, 0)
      folded.push({
        kind: 'layers',
        stem: first.stem,
        first: first.index,
        last: last.index,
        blocks: first.blocks,
        bytes,
      })
    }
    run = []
  }
  for (const entry of inLayers(blocks)) {
    if ('operations' in entry) {
      endRun()
      folded.push({ kind: 'block', block: entry })
      continue
    }
    const before = run.at(-1)
    if (before !== undefined && (before.index + 1 !== entry.index || signature(before) !== signature(entry)))
      endRun()
    run.push(entry)
  }
  endRun()
  return folded
}

/** Blocks `layers.0.ffn` gathered by layer; the others as they are. */
function inLayers(blocks: readonly PartBlock[]): (PartBlock | Layer)[] {
  const result: (PartBlock | Layer)[] = []
  for (const block of blocks) {
    if (block.name === '') continue
    const [, stem, number, name] = /^(.+?)\.(\d+)\.(.+)$/.exec(block.name) ?? []
    if (stem === undefined) {
      result.push(block)
      continue
    }
    const index = Number(number)
    const last = result.at(-1)
    const same = last !== undefined && 'index' in last && last.index === index && last.stem === stem
    const layer = same ? last : { stem, index, blocks: [] }
    if (!same) result.push(layer)
    layer.blocks.push({ ...block, name: name! })
  }
  return result
}

function signature({ stem, blocks }: Layer): string {
  return JSON.stringify([stem, blocks.map(({ name, operations, bytes }) => [name, operations, bytes])])
}

/** Joins ports whose names differ in numbers only, such as the cache of each layer: `24 × layers.*.key`. */
export function foldPorts(ports: readonly PartPort[]): PartPort[] {
  const alike = new Map<string, PartPort[]>()
  for (const port of ports) {
    const key = JSON.stringify([inStars(port), port.type, port.shape.map(String)])
    alike.set(key, [...(alike.get(key) ?? []), port])
  }
  return Array.from(alike.values(), ([first, ...others]) =>
    others.length === 0 ? first! : { ...first!, name: `${others.length + 1} × ${inStars(first!)}` },
  )
}

function inStars({ name }: PartPort): string {
  return name.replace(/\d+/g, '*')
}

/** All operations of a list. */
export function countAll(operations: readonly OperationCount[]): number {
  return operations.reduce((sum, { count }) => sum + count, 0)
}
