import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectPixels } from '../../src/architecture/vision-feeds.ts'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { float32 } from '../../src/tensor.ts'

const config = new Kosmos2Config({ vision_config: { image_size: 28, patch_size: 14, num_channels: 1 } })
const picture = (height: number, width: number) =>
  float32(new Float32Array(height * width), [1, 1, height, width])
const expected = (height: number, width: number, interpolate?: boolean) => {
  const { rows, columns, isUsual } = expectPixels(picture(height, width), config.vision_config, interpolate)
  return [rows, columns, isUsual]
}

test('a picture has the patches that fit into it; what is left over makes it another size', () => {
  assert.deepEqual(expected(28, 28), [2, 2, true])
  assert.deepEqual(expected(28, 28, true), [2, 2, true])
  assert.deepEqual(expected(30, 41, true), [2, 2, false])
  assert.deepEqual(expected(14, 504, true), [1, 36, false])
})

test('another size is refused unless it is asked for, and then one without a patch, or with too many', () => {
  assert.throws(() => expected(28, 42), /\[B, 1, 28, 28\] for pixel_values but received .*\[1, 1, 28, 42\]/)
  const refused = (height: number, width: number) => {
    assert.throws(
      () => expected(height, width, true),
      new RegExp(`RangeError: Expected sides from 14 pixels .* at most 36 patches .*'${height} x ${width}'`),
    )
  }
  refused(13, 28)
  refused(28, 0)
  refused(14, 518)
  refused(98, 98)
})
