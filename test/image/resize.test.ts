// Resizing against Pillow's, and the compiled loops against their source.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SOURCE_SHA256 } from '../../src/image/resize-kernel.ts'
import { loadRgb } from '../../src/image/load-image.ts'
import { Resampling } from '../../src/image/filter-weights.ts'
import { resize } from '../../src/image/resize.ts'
import { readGoldenTensors } from '../goldens.ts'
import { assertCompiledFrom } from '../kernel-source.ts'
import { assertSameNumbers, golden, picture } from './goldens.ts'

interface Case {
  readonly picture: string
  readonly width: number
  readonly height: number
  readonly resample: Resampling
}

const cases = JSON.parse(readFileSync(golden('image/resize.json'), 'utf8')) as Case[]
const results = readGoldenTensors(golden('image/resize.safetensors'))

for (const [name, resample] of Object.entries(Resampling)) {
  test(`${name} has Pillow's pixels, larger and smaller`, async () => {
    const numbered = cases.map((one, i) => [one, results.get(String(i))] as const)
    const own = numbered.filter(([one]) => one.resample === resample)
    assert.equal(own.length, 6)
    for (const [one, result] of own) {
      const image = await resize(await loadRgb(picture(one.picture)), one.width, one.height, resample)
      assert.deepEqual([image.height, image.width, 3], result?.dims)
      assertSameNumbers(image.data, result?.data as Uint8Array, JSON.stringify(one))
    }
  })
}

test('a picture that is worked on in several turns is the same', async () => {
  // Columns that repeat: any part of the result is known from a small picture.
  const column = await loadRgb(picture('tall.png'))
  const repeated = (rows: number) => {
    const data = new Uint8Array(rows * column.data.length)
    for (let row = 0; row < rows; row++) data.set(column.data, row * column.data.length)
    return { width: column.width, height: column.height * rows, data }
  }
  // With BOX, whole periods are averaged, so that each row of the result is the same.
  const [small, large] = [repeated(1), repeated(400)]
  const expected = await resize(small, 20, 1, Resampling.BOX)
  const actual = await resize(large, 20, 400, Resampling.BOX)
  for (let row = 0; row < 400; row++)
    assertSameNumbers(actual.data.subarray(row * 60, (row + 1) * 60), expected.data, `row ${row}`)
})

test('the event loop gets turns while a large picture is resized', async () => {
  let turns = 0
  let pending = setImmediate(function count() {
    turns++
    pending = setImmediate(count)
  })
  const large = { width: 6000, height: 4000, data: new Uint8Array(6000 * 4000 * 3) }
  await resize(large, 224, 224, Resampling.LANCZOS)
  clearImmediate(pending)
  assert.ok(turns >= 20, `${turns} turns`)
})

test('the compiled loops are those of resize-kernel.wat', () => {
  assertCompiledFrom(new URL('../../src/image/resize-kernel.wat', import.meta.url), SOURCE_SHA256)
})
