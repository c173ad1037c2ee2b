// The image processor of a checkpoint folder, in newer and in older layouts.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Kosmos2ImageProcessor } from '../../src/image/image-processor.ts'
import { golden } from './goldens.ts'

const processorConfig = JSON.parse(readFileSync(golden('model-a/processor_config.json'), 'utf8')) as {
  readonly image_processor: Readonly<Record<string, unknown>>
}

test('processor_config.json with image_processor inside is read', async () => {
  const processor = await Kosmos2ImageProcessor.from_pretrained(fileURLToPath(golden('model-a')))
  const { image_processor_type, ...settings } = processorConfig.image_processor
  assert.equal(image_processor_type, 'CLIPImageProcessor')
  assert.deepEqual(Object.fromEntries(Object.entries(processor)), {
    model_input_names: ['pixel_values'],
    ...settings,
  })
})

test('the published preprocessor_config.json, a square of the shortest edge, gives the same processor', async (t) => {
  const folder = checkpoint(t, {
    'preprocessor_config.json': {
      ...processorConfig.image_processor,
      processor_class: 'Kosmos2Processor',
      size: { shortest_edge: 224 },
      use_square_size: true,
    },
  })
  const expected = await Kosmos2ImageProcessor.from_pretrained(fileURLToPath(golden('model-a')))
  assert.deepEqual(await Kosmos2ImageProcessor.from_pretrained(folder), expected)
})

test('a processor_config.json without image_processor leaves it to preprocessor_config.json', async (t) => {
  const folder = checkpoint(t, {
    'processor_config.json': { processor_class: 'Kosmos2Processor' },
    'preprocessor_config.json': { feature_extractor_type: 'CLIPFeatureExtractor', size: 96, crop_size: 90 },
  })
  const { size, crop_size } = await Kosmos2ImageProcessor.from_pretrained(folder)
  assert.deepEqual([size, crop_size], [{ shortest_edge: 96 }, { height: 90, width: 90 }])
})

test('what newer files say of everything else is passed over, as is null', async (t) => {
  const folder = checkpoint(t, {
    'processor_config.json': {
      image_processor: {
        image_processor_type: 'CLIPImageProcessorFast',
        data_format: 'channels_first',
        default_to_square: false,
        device: null,
        disable_grouping: null,
        do_pad: null,
        image_mean: null,
        _valid_processor_keys: ['images'],
      },
    },
  })
  assert.deepEqual(await Kosmos2ImageProcessor.from_pretrained(folder), new Kosmos2ImageProcessor())
})

test('a folder without either file is named', async (t) => {
  const folder = checkpoint(t, {})
  await assert.rejects(Kosmos2ImageProcessor.from_pretrained(folder), {
    name: 'CheckpointError',
    code: 'NOT_FOUND',
    message: /neither a processor_config.json with image_processor nor a preprocessor_config.json/,
  })
})

const broken: [string, unknown, RegExp][] = [
  ['no JSON', '{', /it is no JSON/],
  ['a list', [], /an object is expected, but there is \[\]/],
  [
    'another processor',
    { image_processor_type: 'ViTImageProcessor' },
    /image_processor_type is 'ViTImageProcessor'/,
  ],
  ['channels last', { data_format: 'channels_last' }, /data_format can only be 'channels_first'/],
  ['padding', { do_pad: true }, /do_pad can only be false/],
  ['an unknown option', { do_flip: true }, /Unknown option 'do_flip'/],
  ['a wrong value', { resample: 9 }, /for resample but received 9/],
  [
    'a size that is no square',
    { size: [5, 6], use_square_size: true },
    /a square \(use_square_size is true\)/,
  ],
]
for (const [what, content, message] of broken) {
  test(`a configuration with ${what} is refused, and its file named`, async (t) => {
    const folder = checkpoint(t, { 'preprocessor_config.json': content })
    await assert.rejects(
      Kosmos2ImageProcessor.from_pretrained(folder),
      (error: Error & { code?: string }) => {
        assert.deepEqual([error.name, error.code], ['CheckpointError', 'BAD_CONFIG'])
        assert.match(error.message, /Cannot use '.*preprocessor_config.json'/)
        assert.match(error.message, message)
        return true
      },
    )
  })
}

/** A folder with files, JSON unless they are text already. */
function checkpoint(t: TestContext, files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-config-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}
