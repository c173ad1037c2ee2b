// Partial shapes as text, as OpenVINO reads and writes them: `[?,3,1..224,..8]`, or `[...]` when even the rank is open.
import { aString, matchSignature } from './arguments.ts'
import type { PartialDimensions } from './shape.ts'
import type { Dimension } from './types.ts'

export class PartialShape {
  #dimensions: PartialDimensions

  constructor(...args: [shape?: string]) {
    matchSignature('PartialShape', args, [aString], [])
    this.#dimensions = args[0] === undefined ? [] : parse(args[0])
  }

  static of(dimensions: PartialDimensions): PartialShape {
    const shape = new PartialShape()
    shape.#dimensions = dimensions
    return shape
  }

  /** The dimensions behind a partial shape or its text. */
  static dimensions(shape: unknown): PartialDimensions {
    if (typeof shape === 'string') return parse(shape)
    if (PartialShape.is(shape)) return shape.#dimensions
    throw new TypeError('Invalid value for PartialShape. Expected PartialShape object or string.')
  }

  static is(value: unknown): value is PartialShape {
    return typeof value === 'object' && value !== null && #dimensions in value
  }

  isStatic(): boolean {
    return !this.isDynamic()
  }

  isDynamic(): boolean {
    return this.#dimensions?.every((one) => typeof one === 'number' && one >= 0) !== true
  }

  toString(): string {
    return this.#dimensions === undefined ? '[...]' : `[${this.#dimensions.map(write).join(',')}]`
  }

  /** As openvino-node: a dimension without upper limit is -1, whatever its lower limit; none for an open rank. */
  getDimensions(): Dimension[] {
    return (this.#dimensions ?? []).map((one) =>
      typeof one === 'number' ? one : one[1] === Infinity ? -1 : [...one],
    )
  }
}

function parse(text: string): PartialDimensions {
  const trimmed = text.trim()
  const inner = (/^\[(.*)\]$/s.exec(trimmed)?.[1] ?? trimmed).trim()
  if (inner === '...') return undefined
  if (inner === '') return []
  return inner.split(',').map((part) => parseDimension(part.trim(), text))
}

function parseDimension(part: string, text: string): Dimension {
  if (part === '?' || part === '-1') return -1
  if (/^\d+$/.test(part)) return checked(Number(part), text)
  const [, least, most] = /^(\d*)\.\.(\d*)$/.exec(part) ?? []
  if (least === undefined || most === undefined)
    throw new TypeError(
      `Cannot parse dimension: "${part}" of the shape "${text}"; ` +
        'a dimension is a number, ? for any, or a range such as 1..8, 1.. or ..8',
    )
  const from = checked(Number(least), text)
  const to = most === '' ? Infinity : checked(Number(most), text)
  if (from > to) throw new RangeError(`The range ${part} of the shape "${text}" is empty`)
  return from === to ? from : from === 0 && to === Infinity ? -1 : [from, to]
}

function checked(length: number, text: string): number {
  if (Number.isSafeInteger(length)) return length
  throw new RangeError(`A dimension of the shape "${text}" is too large`)
}

function write(one: Dimension): string {
  if (typeof one === 'number') return one < 0 ? '?' : String(one)
  return `${one[0] === 0 ? '' : one[0]}..${one[1] === Infinity ? '' : one[1]}`
}
