// The size that a picture gets, against transformers'. The forms of the option are tested with the processor.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { resizedSize, type Size } from '../../src/image/image-size.ts'
import { golden } from './goldens.ts'

interface Case {
  readonly image: readonly [number, number]
  readonly size: Size
  readonly result: readonly [number, number]
}

test('edges and limits give the sizes of the reference', () => {
  const cases = JSON.parse(readFileSync(golden('image/sizes.json'), 'utf8')) as Case[]
  assert.equal(cases.length, 396)
  for (const { image, size, result } of cases) {
    const { height, width } = resizedSize({ height: image[0], width: image[1] }, size)
    assert.deepEqual([height, width], result, `${image.join(' x ')} by ${JSON.stringify(size)}`)
  }
})
