import assert from 'node:assert/strict'
import { copyFileSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Engine } from '../../src/architecture/engine.ts'
import { openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { bfloat16ToFloat32 } from '../../src/checkpoint/float-types.ts'
import { float16Bits } from '../../src/ir/float16.ts'
import { openOnnxEngine } from '../../src/onnx/engine.ts'
import { float32, int64, type Tensor } from '../../src/tensor.ts'
import { safetensorsFile, temporaryFolder, type TestTensor } from '../checkpoint/make-safetensors.ts'
import { readGoldenTensors } from '../goldens.ts'

const MODEL = 'test/goldens/model-a'
const weights = readGoldenTensors(join(MODEL, 'model.safetensors'))

async function open(t: TestContext, folder: string): Promise<Engine> {
  const checkpoint = await openCheckpoint(folder)
  const engine = await openOnnxEngine(checkpoint)
  await checkpoint.close()
  t.after(() => engine.dispose())
  return engine
}

/** model-a with its weights rewritten. */
function rewritten(t: TestContext, dtype: string, encode: (values: Float32Array) => Uint8Array): string {
  const folder = temporaryFolder(t)
  copyFileSync(join(MODEL, 'config.json'), join(folder, 'config.json'))
  const tensors = Object.fromEntries(
    [...weights].map(([name, { dims, data }]): [string, TestTensor] => [
      name,
      { dtype, shape: dims, bytes: encode(data as Float32Array) },
    ]),
  )
  writeFileSync(join(folder, 'model.safetensors'), safetensorsFile(tensors))
  return folder
}

const bytes = (array: Float32Array | Uint16Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
const toBfloat16 = (values: Float32Array) =>
  Uint16Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length), (bits) => bits >>> 16)

/** To the bit. Says only where, for the difference of two arrays of this size takes minutes to print. */
function assertSame(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  assert.equal(actual.length, expected.length)
  for (const [i, array] of actual.entries())
    assert.ok(Buffer.from(bytes(array)).equals(bytes(expected[i]!)), `output ${i} differs`)
}

/** Image features and the logits of a short text, all that the three parts compute. */
async function outputs(engine: Engine): Promise<Float32Array[]> {
  const pixels = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i / 100))
  const { image_features } = await engine.vision(float32(pixels, [1, 3, 224, 224]))
  const { image_embeds, projection_attentions } = await engine.projection(image_features)
  const logits = await oneStep(engine, [0, 5, 6, 7])
  return [image_features, image_embeds, projection_attentions, logits].map(
    (tensor) => tensor.data as Float32Array,
  )
}

async function oneStep(engine: Engine, ids: readonly number[]): Promise<Tensor> {
  const decoder = await engine.openDecoder()
  try {
    return await decoder.step(step(ids, ids.length))
  } finally {
    await decoder.dispose()
  }
}
function step(ids: readonly number[], total: number) {
  return {
    input_ids: int64(ids, [1, ids.length]),
    attention_mask: int64(Array<number>(total).fill(1), [1, total]),
    position_ids: int64(
      ids.map((_, i) => total - ids.length + i + 2),
      [1, ids.length],
    ),
    logitsToKeep: 1,
  }
}

test('a float16 checkpoint computes what the float32 one does, its weights being the same numbers', async (t) => {
  const toFloat16 = (values: Float32Array) => bytes(float16Bits(values))
  const [half, full] = [await open(t, rewritten(t, 'F16', toFloat16)), await open(t, MODEL)]
  assertSame(await outputs(half), await outputs(full))
})

test('a bfloat16 checkpoint computes what a float32 one with its rounded weights does', async (t) => {
  const rounded = (values: Float32Array) => bytes(bfloat16ToFloat32(toBfloat16(values)))
  const brain = await open(
    t,
    rewritten(t, 'BF16', (values) => bytes(toBfloat16(values))),
  )
  const full = await open(t, rewritten(t, 'F32', rounded))
  assertSame(await outputs(brain), await outputs(full))
})

test("weights behind a symbolic link out of the folder are read where they lie, as in Hugging Face's cache", async (t) => {
  const snapshot = join(temporaryFolder(t), 'snapshots', 'abc')
  mkdirSync(snapshot, { recursive: true })
  for (const name of ['config.json', 'model.safetensors'])
    symlinkSync(resolve(MODEL, name), join(snapshot, name))
  const engine = await open(t, snapshot)
  assert.equal((await oneStep(engine, [0, 5])).dims[2], 65037)
})

test('a cache fed token by token ends in the logits of the whole sequence, and two decoders keep theirs apart', async (t) => {
  const engine = await open(t, MODEL)
  const [first, second] = [await engine.openDecoder(), await engine.openDecoder()]
  const [a, b] = [
    [0, 5, 6, 7],
    [0, 900, 901, 902],
  ] as const
  let last: readonly Tensor[] = []
  for (let i = 0; i < a.length; i++)
    last = await Promise.all([first.step(step([a[i]!], i + 1)), second.step(step([b[i]!], i + 1))])
  for (const [i, ids] of [a, b].entries()) {
    const [stepped, whole] = [
      last[i]!.data as Float32Array,
      (await oneStep(engine, ids)).data as Float32Array,
    ]
    const worst = whole.reduce((most, value, j) => Math.max(most, Math.abs(value - stepped[j]!)), 0)
    assert.ok(worst < 1e-5, `${worst}`)
  }
})

test('beam_idx continues other rows of the cache, and may grow the batch', async (t) => {
  const engine = await open(t, MODEL)
  const decoder = await engine.openDecoder()
  const two = (ids: readonly number[]) => ({
    input_ids: int64(ids, [2, 1]),
    attention_mask: int64([1, 1], [2, 1]),
    position_ids: int64([2, 2], [2, 1]),
    logitsToKeep: 1,
  })
  await decoder.step(two([5, 900]))
  const grown = await decoder.step({
    input_ids: int64([7, 7, 7], [3, 1]),
    attention_mask: int64([1, 1, 1, 1, 1, 1], [3, 2]),
    position_ids: int64([3, 3, 3], [3, 1]),
    logitsToKeep: 1,
    beam_idx: [1, 0, 1],
  })
  const rows = [0, 1, 2].map((row) => (grown.data as Float32Array).slice(row * 65037, (row + 1) * 65037))
  const expected = [await oneStep(engine, [900, 7]), await oneStep(engine, [5, 7])].map(
    (l) => l.data as Float32Array,
  )
  assertSame([rows[0]!], [rows[2]!])
  for (const [row, whole] of [
    [rows[0]!, expected[0]!],
    [rows[1]!, expected[1]!],
  ] as const)
    assert.ok(whole.every((value, i) => Math.abs(value - row[i]!) < 1e-5))
})

test('the event loop stays free while the model runs', async (t) => {
  const engine = await open(t, MODEL)
  let beats = 0
  const heart = setInterval(() => beats++, 1)
  t.after(() => {
    clearInterval(heart)
  })
  const long = Array.from({ length: 900 }, (_, i) => 5 + i)
  beats = 0
  await oneStep(engine, long)
  // A blocked loop would beat once at most; the number has no other meaning.
  assert.ok(beats >= 3, `${beats} beats`)
})

test('a model may be disposed of at any moment of a step', async (t) => {
  const long = Array.from({ length: 300 }, (_, i) => 5 + i)
  for (let delay = 0; delay < 150; delay += 15) {
    const engine = await open(t, MODEL)
    const decoder = await engine.openDecoder()
    const running = decoder.step(step(long, long.length)).catch((error: unknown) => error)
    await setTimeout(delay)
    await engine.dispose()
    await running
  }
})

test('after dispose every call is refused, and dispose may be called again', async (t) => {
  const engine = await open(t, MODEL)
  const decoder = await engine.openDecoder()
  const long = Array.from({ length: 900 }, (_, i) => 5 + i) // so long that it cannot be done before
  const refused = assert.rejects(decoder.step(step(long, long.length)), /disposed/)
  await engine.dispose()
  await engine.dispose()
  await refused
  await assert.rejects(engine.vision(float32(new Float32Array(3 * 224 * 224), [1, 3, 224, 224])), /disposed/)
})
