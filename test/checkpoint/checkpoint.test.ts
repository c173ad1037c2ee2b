import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { boxRefinerTensors } from '../../src/checkpoint/box-refiner-tensors.ts'
import { openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { expectedTensors } from '../../src/checkpoint/expected-tensors.ts'
import { openSafetensors } from '../../src/checkpoint/safetensors.ts'
import { safetensorsFile, temporaryFolder, type TestTensor } from './make-safetensors.ts'

const tiny = join(import.meta.dirname, '../../models/kosmos2-tiny')
const modelA = join(import.meta.dirname, '../goldens/model-a')
const EMBEDDING = 'text_model.model.embed_tokens.weight'
const HEAD = 'text_model.lm_head.weight'

type Json = Record<string, unknown>
interface ConfigJson extends Json {
  text_config: Json
  vision_config: Json
}

test('the embedded model and the golden model open, embedding and output matrix being one', async () => {
  for (const [folder, dtype] of [
    [tiny, 'F16'],
    [modelA, 'F32'],
  ] as const) {
    const checkpoint = await openCheckpoint(folder)
    assert.equal(checkpoint.lmHead, EMBEDDING)
    assert.equal(checkpoint.tensor(HEAD), checkpoint.tensor(EMBEDDING))
    for (const [name, { shape }] of expectedTensors(checkpoint.config)) {
      assert.deepEqual(checkpoint.tensor(name).shape, shape)
      assert.equal(checkpoint.tensor(name).dtype, dtype)
    }
    assert.throws(
      () => checkpoint.tensor('text_model.weight'),
      /name of a tensor of KOSMOS-2 but received 'text_model\.weight'/,
    )
    await checkpoint.close()
    await checkpoint.close()
  }
})

test('a folder of version 4.35 opens: extra buffers, the tied matrix twice, no processor_config.json', async (t) => {
  const folder = await copyOfModelA(t, (tensors) => {
    tensors['vision_model.model.embeddings.position_ids'] = integers([1, 257])
    tensors['text_model.model.embed_positions.weights'] = floats([258, 64])
    tensors[HEAD] = tensors[EMBEDDING]!
  })
  rmSync(join(folder, 'processor_config.json'))
  rmSync(join(folder, 'generation_config.json'))
  writeFileSync(
    join(folder, 'preprocessor_config.json'),
    '{"use_square_size": true, "size": {"shortest_edge": 224}}',
  )
  const checkpoint = await openCheckpoint(folder)
  assert.equal(checkpoint.lmHead, EMBEDDING)
  assert.deepEqual(checkpoint.generationConfig, { bos_token_id: 0, pad_token_id: 1, eos_token_id: 2 })
  assert.throws(() => checkpoint.tensor('text_model.model.embed_positions.weights'), RangeError)
  await checkpoint.close()
})

test('a tied matrix is found under either name', async (t) => {
  const folder = await copyOfModelA(t, (tensors) => {
    tensors[HEAD] = tensors[EMBEDDING]!
    remove(tensors, EMBEDDING)
  })
  const checkpoint = await openCheckpoint(folder)
  assert.equal(checkpoint.tensor(checkpoint.lmHead).name, HEAD)
  assert.equal(checkpoint.tensor(EMBEDDING), checkpoint.tensor(HEAD))
  await checkpoint.close()
})

test('an output matrix of its own is used where nothing ties it, and contradicts a configuration that does', async (t) => {
  const ownHead = (tensors: Record<string, TestTensor>): void => {
    const bytes = Uint8Array.from(tensors[EMBEDDING]!.bytes)
    bytes[bytes.length - 1]! ^= 1
    tensors[HEAD] = { ...tensors[EMBEDDING]!, bytes }
  }
  const untie = (config: ConfigJson): void => {
    config['tie_word_embeddings'] = false
    config.text_config['tie_word_embeddings'] = false
  }
  const checkpoint = await openCheckpoint(await copyOfModelA(t, ownHead, untie))
  assert.equal(checkpoint.lmHead, HEAD)
  assert.notEqual(checkpoint.tensor(HEAD).offset, checkpoint.tensor(EMBEDDING).offset)
  await checkpoint.close()

  const contradiction =
    /tie_word_embeddings is true, but text_model\.lm_head\.weight is in the file and differs/
  await expectRefusal(copyOfModelA(t, ownHead), 'BAD_CONFIG', contradiction)
  await expectRefusal(copyOfModelA(t, nothing, untie), 'MISSING_TENSOR', /lack 'text_model\.lm_head\.weight'/)
})

test('a missing, an unknown, a wrongly shaped and a wrongly typed tensor are named with what was expected', async (t) => {
  const projection = 'image_to_text_projection.dense.weight'
  await expectRefusal(
    copyOfModelA(t, (tensors) => {
      remove(tensors, projection)
    }),
    'MISSING_TENSOR',
    /the weights lack 'image_to_text_projection\.dense\.weight'$/,
  )
  await expectRefusal(
    copyOfModelA(t, (tensors) => {
      tensors['text_model.model.adapter.weight'] = floats([2])
    }),
    'UNKNOWN_TENSOR',
    /the model has no 'text_model\.model\.adapter\.weight'$/,
  )
  await expectRefusal(
    copyOfModelA(t, (tensors) => {
      tensors[projection] = { ...tensors[projection]!, shape: [48, 64] }
    }),
    'WRONG_SHAPE',
    /expected shape \[ 64, 48 \] for tensor image_to_text_projection\.dense\.weight, as text_config\.embed_dim and vision_config\.hidden_size in config\.json ask, but found \[ 48, 64 \]/,
  )
  await expectRefusal(
    copyOfModelA(t, (tensors) => {
      tensors['text_model.model.layer_norm.bias'] = integers([64])
    }),
    'WRONG_TYPE',
    /expected F32, F16, BF16 for tensor text_model\.model\.layer_norm\.bias, but found I64/,
  )
})

test('a box refiner beside the weights belongs to the checkpoint, and one that is not whole is refused', async (t) => {
  for (const [folder, refinesBoxes] of [
    [tiny, true],
    [modelA, false],
  ] as const) {
    const checkpoint = await openCheckpoint(folder)
    assert.equal(checkpoint.refinesBoxes, refinesBoxes)
    await checkpoint.close()
  }
  const tensors = Object.fromEntries(
    [...boxRefinerTensors()].map(([name, { shape }]) => [name, floats([...shape])]),
  )
  const scores = 'box_refiner.columns.scores.bias'
  const lacking = Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== scores))
  const cases = [
    [lacking, 'MISSING_TENSOR', /the weights lack 'box_refiner\.columns\.scores\.bias'$/],
    [
      { ...tensors, [scores]: floats([5]) },
      'WRONG_SHAPE',
      /expected shape \[ 4 \] for .*scores\.bias, as the architecture asks, but found \[ 5 \]/,
    ],
    [
      { ...tensors, [EMBEDDING]: floats([1]) },
      'UNKNOWN_TENSOR',
      /box_refiner\.safetensors: expected tensors of a box refiner alone, .* found 'text_model/,
    ],
  ] as const
  for (const [wrong, code, message] of cases) {
    const folder = await copyOfModelA(t, () => undefined)
    writeFileSync(join(folder, 'box_refiner.safetensors'), safetensorsFile(wrong))
    await expectRefusal(folder, code, message)
  }
})

test('a configuration that disagrees with the weights is named by its key', async (t) => {
  const disagree = (change: (config: ConfigJson) => void): Promise<string> => copyOfModelA(t, nothing, change)
  await expectRefusal(
    disagree((config) => (config.text_config['layers'] = 4)),
    'MISSING_TENSOR',
    /lack 'text_model\.model\.layers\.3\.self_attn\.k_proj\.weight', .* and 15 more \(text_config\.layers in config\.json is 4\)/,
  )
  await expectRefusal(
    disagree((config) => (config.vision_config['num_hidden_layers'] = 1)),
    'UNKNOWN_TENSOR',
    /the model has no .*encoder\.layers\.1.* \(vision_config\.num_hidden_layers in config\.json is 1\)/,
  )
  await expectRefusal(
    disagree((config) => (config.vision_config['image_size'] = 128)),
    'WRONG_SHAPE',
    /expected shape \[ 82, 48 \] for .*position_embedding\.weight, as vision_config\.image_size and patch_size/,
  )
  await expectRefusal(
    disagree((config) => (config.text_config['ffn_dim'] = 130)),
    'WRONG_SHAPE',
    /expected shape \[ 130, 64 \] for .*fc1\.weight, as text_config\.ffn_dim and text_config\.embed_dim/,
  )
})

test('a folder that is no checkpoint says which file was looked for', async (t) => {
  const folder = temporaryFolder(t)
  await expectRefusal(join(folder, 'none'), 'NOT_FOUND', /Expected a checkpoint's folder at .*none: ENOENT/)
  await expectRefusal(
    folder,
    'NOT_A_CHECKPOINT',
    /a folder with config\.json and model\.safetensors, but found \[\]; give/,
  )
  writeFileSync(join(folder, 'config.json'), '{}')
  await expectRefusal(folder, 'NOT_A_CHECKPOINT', /expected model_type "kosmos-2", but found undefined/)
  writeFileSync(join(folder, 'config.json'), '{"model_type": "kosmos-2"}')
  await expectRefusal(
    folder,
    'NOT_A_CHECKPOINT',
    /expected model\.safetensors or model\.safetensors\.index\.json, but found \[ 'config\.json' \]/,
  )
  writeFileSync(join(folder, 'pytorch_model.bin'), '')
  await expectRefusal(
    folder,
    'NOT_A_CHECKPOINT',
    /but found pytorch_model\.bin; load it in transformers and save it/,
  )
})

const nothing = (): void => undefined

/** A copy of the golden model whose tensors and configuration are changed on the way. */
async function copyOfModelA(
  t: TestContext,
  changeTensors: (tensors: Record<string, TestTensor>) => void,
  changeConfig: (config: ConfigJson) => void = nothing,
): Promise<string> {
  const folder = temporaryFolder(t)
  for (const name of ['config.json', 'generation_config.json', 'processor_config.json'])
    cpSync(join(modelA, name), join(folder, name))
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as ConfigJson
  changeConfig(config)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))

  const file = await openSafetensors(join(modelA, 'model.safetensors'))
  const tensors: Record<string, TestTensor> = {}
  for (const entry of file.tensors.values())
    tensors[entry.name] = { dtype: entry.dtype, shape: entry.shape, bytes: await file.read(entry) }
  await file.close()
  changeTensors(tensors)
  writeFileSync(join(folder, 'model.safetensors'), safetensorsFile(tensors, { format: 'pt' }))
  return folder
}

async function expectRefusal(folder: string | Promise<string>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(openCheckpoint(await folder), { name: 'CheckpointError', code, message })
}

function floats(shape: readonly number[]): TestTensor {
  return { dtype: 'F32', shape, bytes: new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)) }
}

function integers(shape: readonly number[]): TestTensor {
  return { dtype: 'I64', shape, bytes: new Uint8Array(8 * shape.reduce((a, b) => a * b, 1)) }
}

function remove(tensors: Record<string, TestTensor>, name: string): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain object that keeps the order of the file
  delete tensors[name]
}
