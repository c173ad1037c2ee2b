// pixel_values against those of transformers' image processor, and every option.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type ImageCallOptions,
  type ImageProcessorOptions,
  Kosmos2ImageProcessor,
} from '../../src/image/image-processor.ts'
import { loadRgb } from '../../src/image/load-image.ts'
import { readGoldenTensors } from '../goldens.ts'
import { assertSameNumbers, golden, picture } from './goldens.ts'

const kosmos2 = await Kosmos2ImageProcessor.from_pretrained(fileURLToPath(golden('model-a')))

for (const [name, { data }] of readGoldenTensors(golden('processor-a/pixel_values.safetensors'))) {
  const files = [`processor-a/images/${name}.png`, `images/${name}.png`, `images/${name}.jpg`].map(golden)
  const file = files.find((file) => existsSync(file))!
  test(`pixel_values of ${name} are the reference's`, async () => {
    const { pixel_values } = await kosmos2.call(file)
    assert.deepEqual(pixel_values.dims, [1, 3, 224, 224])
    const actual = pixel_values.data as Float32Array
    // The file says [3, 224, 224], but its values lie row by row, pixel by pixel.
    const expected = Float32Array.from(actual, (_, i) => {
      const [channel, pixel] = [Math.floor(i / 224 ** 2), i % 224 ** 2]
      return Number(data[pixel * 3 + channel])
    })
    if (file.pathname.endsWith('.png')) assertSameNumbers(actual, expected)
    else assertSameJpeg(actual, expected)
  })
}

test('a batch has its pictures in order', async () => {
  const images = [golden('images/snowman.png'), golden('images/two_dogs.jpg')]
  const { pixel_values } = await kosmos2.call(images)
  const expected = readGoldenTensors(golden('model-a/golden.safetensors')).get('batch_left.pixel_values')!
  assert.deepEqual(pixel_values.dims, expected.dims)
  const half = (tensor: { data: unknown }, i: number) =>
    (tensor.data as Float32Array).subarray(i * 3 * 224 ** 2, (i + 1) * 3 * 224 ** 2)
  assertSameNumbers(half(pixel_values, 0), half(expected, 0))
  assertSameJpeg(half(pixel_values, 1), half(expected, 1))
  const nested = await kosmos2.preprocess([[images[0]!], [], [images[1]!]])
  assertSameNumbers(nested.pixel_values.data as Float32Array, pixel_values.data as Float32Array)
})

interface Case {
  readonly pictures: readonly string[]
  readonly options: ImageCallOptions
  readonly error?: string
}

const cases = JSON.parse(readFileSync(golden('image/process.json'), 'utf8')) as Case[]
const results = readGoldenTensors(golden('image/process.safetensors'))

for (const [i, { pictures, options, error }] of cases.entries()) {
  const title = `${pictures.join(', ')} with ${JSON.stringify(options)}`
  const images = pictures.map(picture)
  if (error === undefined)
    test(`${title} is as in the reference`, async () => {
      const expected = results.get(String(i))
      for (const called of [
        await new Kosmos2ImageProcessor().call(images, options),
        await new Kosmos2ImageProcessor(options).call(images),
      ]) {
        assert.deepEqual(called.pixel_values.dims, expected?.dims)
        assertSameNumbers(called.pixel_values.data as Float32Array, expected?.data as Float32Array)
      }
    })
  else
    test(`${title} is refused as in the reference`, async () => {
      await assert.rejects(new Kosmos2ImageProcessor().call(images, options), /^(Type|Range)Error: Expected/)
    })
}

test('options of the constructor hold for every call, those of a call for it alone', async () => {
  const processor = new Kosmos2ImageProcessor({ size: [20, 24], do_center_crop: false })
  const dims = async (options?: ImageCallOptions) =>
    (await processor.call(picture('tall.png'), options)).pixel_values.dims
  assert.deepEqual(await dims(), [1, 3, 20, 24])
  assert.deepEqual(await dims({ size: [8, 9] }), [1, 3, 8, 9])
  assert.deepEqual(await dims(), [1, 3, 20, 24])
})

test("the settings and their defaults are CLIP's", () => {
  assert.deepEqual(Object.fromEntries(Object.entries(new Kosmos2ImageProcessor())), {
    model_input_names: ['pixel_values'],
    do_convert_rgb: true,
    do_resize: true,
    size: { shortest_edge: 224 },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: 224, width: 224 },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
  })
})

test('use_square_size makes a square of any form of size', () => {
  const size = (options: ImageProcessorOptions) =>
    new Kosmos2ImageProcessor({ ...options, use_square_size: true }).size
  assert.deepEqual(size({}), { height: 224, width: 224 })
  assert.deepEqual(size({ size: 128 }), { height: 128, width: 128 })
  assert.deepEqual(size({ size: { shortest_edge: 96 } }), { height: 96, width: 96 })
  assert.deepEqual(size({ size: { height: 64, width: 64 } }), { height: 64, width: 64 })
  assert.throws(
    () => size({ size: [64, 65] }),
    /RangeError: Expected a square \(use_square_size is true\) for size/,
  )
})

test('wrong options are refused before a picture is read, saying what was expected', async () => {
  const wrong: [object, RegExp][] = [
    [
      { do_resise: false },
      /^TypeError: Unknown option 'do_resise' for Kosmos2ImageProcessor.*do_resize, size/,
    ],
    [{ do_resize: 1 }, /^TypeError: Expected true or false for do_resize but received 1/],
    [{ size: 0 }, /^RangeError: Expected integer from 1 for size but received 0/],
    [{ size: 7.5 }, /^RangeError: Expected integer from 1 for size/],
    [{ size: '224' }, /^TypeError: Expected a number, \[height, width\] or an object with height,width or/],
    [{ size: { height: 5 } }, /^TypeError: .* for size/],
    [{ size: { height: 5, width: '5' } }, /^TypeError: Expected a number of pixels for size.width/],
    [{ size: [1, 2, 3] }, /^TypeError: .* for size/],
    [{ crop_size: { shortest_edge: 5 } }, /^TypeError: .* for crop_size/],
    [{ crop_size: -1 }, /^RangeError: Expected integer from 1 for crop_size/],
    [
      { resample: 6 },
      /^RangeError: .*0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box or 5 Hamming for resample/,
    ],
    [{ resample: 'bicubic' }, /^RangeError: .* for resample/],
    [{ rescale_factor: NaN }, /^RangeError: Expected a finite number for rescale_factor/],
    [
      { image_mean: [0.5, 0.5] },
      /^RangeError: Expected a number, or three for red, green and blue for image_mean/,
    ],
    [{ image_mean: ['a', 0, 0] }, /^TypeError: Expected a number for image_mean/],
    [{ image_std: [1, 0, 1] }, /^RangeError: Expected numbers other than 0 for image_std/],
  ]
  const processor = new Kosmos2ImageProcessor()
  for (const [options, message] of wrong) {
    assert.throws(() => new Kosmos2ImageProcessor(options), message)
    await assert.rejects(processor.call('nowhere.png', options), message)
  }
  assert.throws(() => new Kosmos2ImageProcessor(5 as never), /^TypeError: Expected an object/)
})

test('what is no picture or no flat list of pictures is refused', async () => {
  const image = picture('rgb.png')
  for (const images of [[], [[]]])
    await assert.rejects(kosmos2.call(images), /^TypeError: Expected at least one picture for images/)
  for (const images of [[image, [image]], [[[image]]]])
    await assert.rejects(
      kosmos2.call(images as never),
      /^TypeError: Expected a picture, an array of pictures or/,
    )
  await assert.rejects(kosmos2.call(undefined as never), /^TypeError: Expected a path, a URL/)
})

test('an error in a batch says which picture it is about', async () => {
  await assert.rejects(kosmos2.call([picture('rgb.png'), Buffer.from('text')]), {
    name: 'ImageError',
    code: 'NOT_AN_IMAGE',
    message: /^images\[1\]: Expected a picture in PNG/,
  })
  await assert.rejects(
    new Kosmos2ImageProcessor({ do_resize: false, do_center_crop: false }).call([
      picture('tall.png'),
      picture('wide.png'),
    ]),
    /Expected pictures that come out in one size, 90 x 40 as the first, but images\[1\] comes out as 40 x 90/,
  )
})

test('a result that would fill the memory is refused', async () => {
  const thin = { width: 1, height: 900_000, data: new Uint8Array(2_700_000) }
  await assert.rejects(new Kosmos2ImageProcessor().call(thin), { name: 'ImageError', code: 'TOO_LARGE' })
  const options = { do_center_crop: true, crop_size: 20_000 }
  await assert.rejects(kosmos2.call(picture('rgb.png'), options), { name: 'ImageError', code: 'TOO_LARGE' })
})

test('pixels that were read once can be processed again', async () => {
  const file = picture('grey.png')
  const [again, once] = [await kosmos2.call(await loadRgb(file)), await kosmos2.call(file)]
  assertSameNumbers(again.pixel_values.data as Float32Array, once.pixel_values.data as Float32Array)
})

test('a signal ends a batch with its own reason', async () => {
  const reason = new Error('enough')
  await assert.rejects(kosmos2.call(picture('rgb.png'), { signal: AbortSignal.abort(reason) }), reason)
})

/** Two builds of a JPEG decoder may differ by two of 255 levels, before these are divided by `image_std`. */
function assertSameJpeg(actual: Float32Array, expected: Float32Array): void {
  const largest = 2 / 255 / 0.26
  const wrong = actual.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= largest))
  assert.equal(wrong, -1, `[${wrong}]: ${actual[wrong]}, expected ${expected[wrong]}`)
}
