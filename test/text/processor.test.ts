import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kosmos2Processor } from '../../src/text/processor.ts'
import type { ProcessorOptions } from '../../src/text/processor-options.ts'
import {
  briefCaption,
  describeRegion,
  detailedCaption,
  groundPhrase,
  question,
} from '../../src/text/prompts.ts'
import type { Tensor } from '../../src/tensor.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { CHECKPOINTS, readProcessorA, readProcessorB, scene } from './goldens.ts'
import { readTinyGolden } from '../tiny-golden.ts'

const processors = {
  'model-a': await Kosmos2Processor.from_pretrained(CHECKPOINTS['model-a']),
  tiny: await Kosmos2Processor.from_pretrained(CHECKPOINTS.tiny),
}
const processor = processors.tiny
/** What the embedded model's configuration says of its pictures. */
const { latent_query_num: places, vision_config } = JSON.parse(
  readFileSync(join(CHECKPOINTS.tiny, 'config.json'), 'utf8'),
) as { latent_query_num: number; vision_config: { image_size: number } }
const { image_size: side } = vision_config
const numbers = (tensor: Tensor): number[] => Array.from(tensor.data as BigInt64Array, Number)

test('single prompts with and without picture and boxes are those of the reference', async () => {
  const goldens = readProcessorA().processor
  assert.equal(goldens.length, 66)
  for (const { text, bboxes, image, add_eos_token, error, ...expected } of goldens) {
    const options = {
      text,
      bboxes,
      add_eos_token,
      return_tensors: null,
      ...(image && { images: scene('one.png') }),
    } as ProcessorOptions & { return_tensors: null }
    if (error !== undefined) {
      await assert.rejects(
        processors['model-a'].call(options),
        /Expected (a box|two patch indices|an array with an entry a phrase|as many entries in bboxes)/,
        JSON.stringify(bboxes),
      )
      continue
    }
    const { pixel_values, ...fields } = await processors['model-a'].call(options)
    assert.equal(pixel_values?.[0]?.length, image ? 3 : undefined)
    assert.deepEqual(fields, expected, text)
  }
})

test('batches, padding and truncation are those of the reference', async () => {
  const goldens = readProcessorB().batches
  assert.equal(goldens.length, 84)
  for (const { checkpoint, call, output } of goldens) {
    const { tokenizer_padding_side = 'right', images, ...options } = call
    const one = processors[checkpoint]
    one.tokenizer.padding_side = tokenizer_padding_side as 'left' | 'right'
    const actual = one.call({
      ...options,
      images:
        images === undefined ? null : Array.isArray(images) ? images.map(scene) : scene(images as string),
      return_tensors: null,
    })
    if (output === undefined) await assert.rejects(actual, RangeError, JSON.stringify(call))
    else {
      const { pixel_values, ...fields } = await actual
      assert.equal(pixel_values === undefined, images === undefined)
      assert.deepEqual(fields, output, JSON.stringify(call))
    }
    one.tokenizer.padding_side = 'right'
  }
})

test('the embedded model reads the ready prompts as it was trained to', async () => {
  let compared = 0
  for (const { file, asked } of readTinyGolden().scenes)
    for (const { prompt, input_ids } of asked) {
      const box = /<patch_index_(\d+)><patch_index_(\d+)>/.exec(prompt)
      const phrase = /^<grounding><phrase>(.*)<\/phrase>$/.exec(prompt)?.[1]
      const grounded = prompt.includes('<grounding>')
      const questionText = /Question: (.*) Answer:/.exec(prompt)?.[1]
      const text = box
        ? describeRegion({ grounded })
        : phrase !== undefined
          ? groundPhrase(phrase)
          : questionText !== undefined
            ? question(questionText, { grounded })
            : prompt.includes('Describe')
              ? detailedCaption({ grounded })
              : briefCaption({ grounded })
      const bboxes = box && [{ patches: [Number(box[1]), Number(box[2])] }]
      const inputs = await processor.call({ text, images: scene(file), bboxes })
      assert.deepEqual(numbers(inputs.input_ids), input_ids, `${file}: ${prompt}`)
      compared++
    }
  assert.ok(compared >= 40, `${compared} prompts`)
})

test('what the embedded model wrote becomes its caption and entities', () => {
  for (const { asked } of readTinyGolden().scenes)
    for (const { greedy, raw, caption, entities } of asked) {
      const [text] = processor.batch_decode([greedy], { skip_special_tokens: true })
      assert.equal(processor.post_process_generation(text!, { cleanup_and_extract: false }), raw)
      assert.deepEqual(processor.post_process_generation(text!), [caption, entities])
      assert.deepEqual(processor.post_process_image_text_to_text([greedy]), [raw])
    }
})

test('by default a batch comes as tensors', async () => {
  const inputs = await processor.call({
    text: ['<grounding> An image of', 'An image of'],
    images: [scene('one.png'), scene('pair.png')],
  })
  assert.deepEqual(Object.keys(inputs).sort(), [...processor.model_input_names].sort())
  assert.deepEqual(
    Object.values(inputs).map(({ type, dims }: Tensor) => `${type} ${dims.join(' ')}`),
    [`float32 2 3 ${side} ${side}`, ...new Array<string>(3).fill(`int64 2 ${places + 7}`)],
  )
  assert.equal(numbers(inputs.image_embeds_position_mask).filter((one) => one === 1).length, 2 * places)
  const single = await processor.call({ text: '<grounding> An image of', images: scene('one.png') })
  assert.deepEqual(single.input_ids.dims, [1, places + 7])
  const textOnly = await processor.call({ text: 'An image of' })
  assert.deepEqual(Object.keys(textOnly), ['input_ids', 'attention_mask'])
  const pictureOnly = await processor.call({ images: scene('one.png') })
  assert.deepEqual(Object.keys(pictureOnly), ['pixel_values'])
})

test("a checkpoint's own number of places for a picture is the default, as in transformers", async (t) => {
  const folder = temporaryFolder(t)
  for (const file of ['tokenizer.json', 'processor_config.json'])
    copyFileSync(join(CHECKPOINTS.tiny, file), join(folder, file))
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ num_image_tokens: 50 }))
  const own = await Kosmos2Processor.from_pretrained(folder)
  const asked = { text: '<grounding> An image of', images: scene('one.png') }
  assert.deepEqual((await own.call(asked)).input_ids.dims, [1, 57])
  assert.deepEqual((await own.call({ ...asked, num_image_tokens: 64 })).input_ids.dims, [1, 71])
})

test('options of the image processor are passed on, for one call', async () => {
  const images = scene('one.png')
  const { pixel_values } = await processor.call({
    images,
    size: { height: 64, width: 64 },
    do_center_crop: false,
  })
  assert.deepEqual(pixel_values.dims, [1, 3, 64, 64])
  assert.deepEqual((await processor.call({ images })).pixel_values.dims, [1, 3, side, side])
})

test('a box in pixels is measured on the picture of the same call, which keeps its pixels', async () => {
  const image = scene('one.png')
  const plain = await processor.call({
    text: describeRegion(),
    images: image,
    bboxes: [[0.25, 0.5, 0.75, 1]],
  })
  const inPixels = await processor.call({
    text: [describeRegion()],
    images: [image],
    bboxes: [[{ pixels: [120, 240, 360, 480] }]],
  })
  assert.deepEqual(numbers(inPixels.input_ids), numbers(plain.input_ids))
  assert.deepEqual(inPixels.pixel_values.data, plain.pixel_values.data)
  await assert.rejects(
    processor.call({ text: describeRegion(), bboxes: [{ pixels: [0, 0, 10, 10] }] }),
    /a picture in the same call for bboxes\[0\]\.pixels/,
  )
})

test('a picture whose size is needed is read no more than once', async () => {
  const image = new Blob([readFileSync(scene('one.png'))])
  let reads = 0
  image.arrayBuffer = () => {
    reads++
    return Blob.prototype.arrayBuffer.call(image)
  }
  await processor.call({ text: describeRegion(), images: image, bboxes: [{ pixels: [0, 0, 240, 240] }] })
  assert.equal(reads, 1)
})

test('entities come in pixels where the size of the picture is given', () => {
  const text = '<grounding><phrase> a dog</phrase><object><patch_index_0000><patch_index_0527></object>'
  assert.deepEqual(processor.post_process_generation(text, { image_size: { width: 640, height: 320 } }), [
    'a dog',
    [['a dog', [0, 5], [[10, 5, 310, 165]]]],
  ])
  assert.throws(
    () => processor.post_process_generation(text, { image_size: { width: 640 } as never }),
    /\{ width, height \} in pixels for image_size/,
  )
})

test('the further fields have places for the picture too', async () => {
  const fields = await processor.call({
    text: ['<grounding> An image of', 'Describe this image in detail:'],
    images: [scene('one.png'), scene('pair.png')],
    num_image_tokens: 2,
    add_eos_token: true,
    return_special_tokens_mask: true,
    return_length: true,
    return_tensors: null,
  })
  assert.deepEqual(fields.length, [12, 12])
  assert.deepEqual(fields.special_tokens_mask, [
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ])
})

test('the older layout of a folder loads alike', async (t) => {
  const folder = temporaryFolder(t)
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(CHECKPOINTS.tiny, name), join(folder, name))
  const path = join(CHECKPOINTS.tiny, 'processor_config.json')
  const { image_processor } = JSON.parse(readFileSync(path, 'utf8')) as { image_processor: object }
  writeFileSync(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ ...image_processor, use_square_size: true }),
  )
  const older = await Kosmos2Processor.from_pretrained(folder)
  const options = { text: '<grounding> An image of', images: scene('one.png') }
  assert.deepEqual(await older.call(options), await processor.call(options))
  writeFileSync(join(folder, 'processor_config.json'), '{"num_patch_index_tokens": 0}')
  await assert.rejects(Kosmos2Processor.from_pretrained(folder), {
    code: 'BAD_CONFIG',
    message: /an integer from 1 for num_patch_index_tokens but found 0/,
  })
  writeFileSync(join(folder, 'processor_config.json'), '{"num_patch_index_tokens": 1025}')
  await assert.rejects(Kosmos2Processor.from_pretrained(folder), {
    code: 'BAD_TOKENIZER',
    message: /1025 patch indices: it has no token <patch_index_1024>/,
  })
})

test('calls that do not fit are refused before a picture is read', async () => {
  const text = '<grounding> An image of'
  const images = 'no such picture.png'
  const bad: [unknown, RegExp][] = [
    [{}, /text, images or both for processor\.call but received neither/],
    [
      { text, image: images },
      /Unknown option 'image' for processor\.call; its options are text, images, bboxes/,
    ],
    [{ text: 5 }, /a string or an array of strings for text but received 5/],
    [{ text, images: [images, images] }, /one picture a text, so 1, but received 2/],
    [{ text: [text, text], images }, /one picture a text, so 2, but received 1/],
    [{ images: [] }, /at least one picture for images/],
    [{ images, bboxes: [] }, /text with phrases for bboxes to belong to/],
    [
      { text, images, num_image_tokens: -1 },
      new RegExp(`an integer from 0 to ${processor.tokenizer.length} for num_image_tokens but received -1`),
    ],
    [
      { text, images, first_image_token_id: processor.tokenizer.length - places + 1 },
      new RegExp(
        `${places} ids from first_image_token_id on inside the vocabulary of ${processor.tokenizer.length}`,
      ),
    ],
    [
      { text, images, max_length: places + 2 },
      new RegExp(
        `takes the first ${places + 3} tokens of a text, but truncation to ${places + 2} tokens cut into it`,
      ),
    ],
    [
      { text, images, return_attention_mask: false },
      /return_attention_mask: false cannot be had with images/,
    ],
    [
      { text, images, return_overflowing_tokens: true },
      /return_overflowing_tokens cannot be had with images/,
    ],
    [{ text, images, padding: 'all' }, /for padding but received 'all'/],
    [{ text: [text, 'a'] }, /rows of one length for the tensor input_ids but they have 5, 2/],
  ]
  for (const [options, message] of bad)
    await assert.rejects(processor.call(options as ProcessorOptions), message)
})
