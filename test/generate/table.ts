// A text decoder that is a table, for searches whose outcome transformers has told: test/goldens/generate/table.json,
// made by scripts/goldens/generate.py. It keeps the ids of every row as its cache.
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import type { DecoderStep } from '../../src/architecture/engine.ts'
import { generate, type GenerateOutput } from '../../src/generate/generate.ts'
import { type GenerateOptions, resolveOptions } from '../../src/generate/options.ts'
import type { GenerationDecoder } from '../../src/generate/stepper.ts'
import { expectInt64, float32, int64, type Tensor } from '../../src/tensor.ts'

export interface TableCase {
  readonly input_ids: readonly number[][]
  readonly attention_mask: readonly number[][]
  readonly options: GenerateOptions
  readonly sequences: readonly number[][]
}
interface Table {
  readonly vocab_size: number
  readonly scale: number
  readonly by_last: readonly number[][]
  readonly by_sum: readonly number[][]
  readonly cases: readonly (TableCase & {
    readonly steps: number
    readonly sequences_scores?: readonly number[]
    readonly beam_indices?: readonly number[][]
    readonly scores?: readonly (number | null)[][][]
  })[]
  readonly sampled: readonly (TableCase & { readonly scores: readonly (number | null)[][][] })[]
}

export const table = JSON.parse(
  readFileSync(new URL('../goldens/generate/table.json', import.meta.url), 'utf8'),
) as Table

/** As the configuration of the model that made the goldens. */
export const tableDefaults = { eos_token_id: 2, pad_token_id: 1, bos_token_id: 0 }
export const tableConfig = { vocab_size: table.vocab_size, pad_token_id: 1, max_position_embeddings: 1000 }

/** Logits after a row of ids; exact in float32. */
export function tableLogits(ids: readonly number[]): Float32Array {
  const sum = ids.reduce((a, b) => a + b, 0) % table.by_sum.length
  const bySum = table.by_sum[sum]!
  return Float32Array.from(
    table.by_last[ids.at(-1)!]!,
    (value, token) => (value + bySum[token]!) / table.scale,
  )
}

/** The decoder, and what was asked of it. */
export interface TableDecoder extends GenerationDecoder {
  readonly steps: DecoderStep[]
  isDisposed: boolean
}

export function openTableDecoder(): TableDecoder {
  let cache: readonly (readonly number[])[] = []
  const steps: DecoderStep[] = []
  return {
    steps,
    isDisposed: false,
    async step(step) {
      await Promise.resolve()
      steps.push(step)
      const ids = rowsOf(step.input_ids)
      const past = cache.map((row) => [...row])
      cache = ids.map((row, i) => [...(past[step.beam_idx?.[i] ?? i] ?? []), ...row])
      assert.equal(step.beam_idx?.length ?? ids.length, ids.length)
      assert.deepEqual(step.attention_mask.dims, [ids.length, cache[0]!.length])
      assert.deepEqual(step.position_ids.dims, step.input_ids.dims)
      assert.equal(step.logitsToKeep, 1)
      const logits = cache.flatMap((row) => [...tableLogits(row)])
      return float32(Float32Array.from(logits), [cache.length, 1, table.vocab_size])
    },
    dispose() {
      this.isDisposed = true
      return Promise.resolve()
    },
  }
}

/** Runs `generate` on the table. */
export async function generateFromTable(
  input_ids: readonly (readonly number[])[],
  options: GenerateOptions,
  attention_mask?: readonly (readonly number[])[],
  decoder = openTableDecoder(),
): Promise<GenerateOutput> {
  const output = await generate(
    () => Promise.resolve(decoder),
    { input_ids: toTensor(input_ids), ...(attention_mask && { attention_mask: toTensor(attention_mask) }) },
    resolveOptions({ ...options, return_dict_in_generate: true }, tableDefaults),
    tableConfig,
  )
  assert.ok('sequences' in output)
  return output
}

export function toTensor(rows: readonly (readonly number[])[]): Tensor {
  return int64(rows.flat(), [rows.length, rows[0]!.length])
}

/** The rows of an int64 tensor [B, S]. */
export function rowsOf(tensor: Tensor): number[][] {
  const { data, dims } = expectInt64('tensor', tensor, ['B', 'S'])
  const [rows, columns] = dims as [number, number]
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(i * columns, (i + 1) * columns), Number),
  )
}

/**
 * Asserts that values are the golden ones but for rounding.
 * @param expected - null stands for minus infinity
 * @param tolerance - relative, absolute below 1; by default a few last bits of float32
 */
export function close(
  actual: ArrayLike<number>,
  expected: readonly (number | null)[],
  tolerance = 2e-6,
): void {
  assert.equal(actual.length, expected.length)
  expected.forEach((golden, i) => {
    const [value, target] = [actual[i]!, golden ?? -Infinity]
    const isClose = value === target || Math.abs(value - target) < tolerance * Math.max(1, Math.abs(target))
    assert.ok(isClose, `${value} for ${target} at ${i}`)
  })
}

/** The values of a float32 tensor. */
export function valuesOf(tensor: Tensor | undefined): Float32Array {
  assert.ok(tensor?.data instanceof Float32Array)
  return tensor.data
}
