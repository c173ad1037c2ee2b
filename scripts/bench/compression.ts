// How fast weights are compressed, on one core: bytes of the checkpoint a second.
import { compress } from '../../src/ir/compress.ts'
import { weightForm, type WeightPrecision } from '../../src/ir/weight-form.ts'
import { type Spread, spread } from './statistics.ts'

const ROWS = 1024
const COLUMNS = 8192
const RUNS = 6

/** @returns bytes a second, of a matrix as large as a block of the conversion */
export function measureCompression(precision: WeightPrecision): Spread {
  let state = 1
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5
  const values = Float32Array.from({ length: ROWS * COLUMNS }, random)
  const settings = { precision, groupSize: 128, scheme: 'symmetric', headPrecision: 'int8' } as const
  const form = weightForm('', [ROWS, COLUMNS], true, settings)
  const rates: number[] = []
  for (let run = 0; run <= RUNS; run++) {
    const bytes = new Uint8Array(values.slice().buffer)
    const start = performance.now()
    compress({ bytes, dtype: 'F32', form, columns: COLUMNS })
    if (run > 0) rates.push(values.byteLength / ((performance.now() - start) / 1000))
  }
  return spread(rates)
}
