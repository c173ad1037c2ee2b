import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { float16Bits } from '../../src/ir/float16.ts'
import { convert } from '../../src/ir/convert.ts'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import { openIr } from '../../src/ir/open-ir.ts'
import { expectSpace } from '../../src/ir/output-folder.ts'
import { readWeight } from '../../src/ir/read-weight.ts'
import { STAMP_FILE } from '../../src/ir/stamp.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { MODEL, storedTensors, weights, writeModel } from './model-copies.ts'

/** A checkpoint that may be changed, and a place for its conversion. */
function places(t: TestContext): { source: string; target: string } {
  const folder = temporaryFolder(t)
  return { source: writeModel(join(folder, 'source'), storedTensors()), target: join(folder, 'ir') }
}

/** What lies beside a conversion. */
const siblings = (target: string): string[] => readdirSync(dirname(target)).toSorted()

/** The hashes of a conversion's weights, after a look at every byte of it. */
async function weightHashes(folder: string): Promise<string[]> {
  const { parts } = await openIr(folder, { verify: 'hash' })
  return Object.values(parts).map(({ hashes }) => hashes.bin)
}

test('a conversion stands alone: graphs, weights, configuration and tokenizer, each as its stamp says', async (t) => {
  const target = join(temporaryFolder(t), 'ir')
  const { reused, parts } = await convert(MODEL, target, { weights: 'fp16' })
  assert.equal(reused, false)
  assert.deepEqual(
    readdirSync(target).toSorted(),
    [
      ...[
        'config.json',
        'generation_config.json',
        'processor_config.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ],
      ...['projection.bin', 'projection.xml', 'text.bin', 'text.xml', 'vision.bin', 'vision.xml'],
      ...['text-attentions.xml', 'text-states.xml', 'vision-attentions.xml', 'vision-states.xml'],
      STAMP_FILE,
    ].toSorted(),
  )
  const numbers = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0)
  const sum = (key: 'parameters' | 'sourceBytes' | 'weightBytes') =>
    Object.values(parts).reduce((total, part) => total + part[key], 0)
  assert.equal(sum('parameters'), numbers)
  assert.equal(sum('sourceBytes'), 4 * numbers)
  // Biases and norms stay float32.
  const vectors = [...weights.values()].reduce(
    (n, { data, dims }) => n + (dims.length === 1 ? data.length : 0),
    0,
  )
  assert.equal(sum('weightBytes'), 2 * numbers + 2 * vectors)
  await openIr(target, { verify: 'hash' })
})

test('a box refiner is converted beside the parts, checked with them, and gone where the checkpoint has none', async (t) => {
  const { source, target } = places(t)
  const file = 'box_refiner.safetensors'
  copyFileSync(join('models/kosmos2-tiny', file), join(source, file))
  await convert(source, target, { weights: 'int4' })
  const name = 'box_refiner.fine.entry.weight'
  const [stored, original] = [await readWeight(target, name), await readWeight(source, name)]
  assert.deepEqual(stored.data, original.data, 'float16 in both')
  const bin = join(target, 'box-refiner.bin')
  const content = readFileSync(bin)
  content[content.length - 1]! ^= 1
  writeFileSync(bin, content)
  await assert.rejects(openIr(target, { verify: 'hash' }), { code: 'BAD_IR', message: /box-refiner\.bin/ })
  rmSync(bin)
  await assert.rejects(openIr(target), { code: 'BAD_IR', message: /box-refiner\.bin/ })
  rmSync(join(source, file))
  const { reused } = await convert(source, target, { weights: 'int4' })
  assert.equal(reused, false)
  assert.ok(!readdirSync(target).includes('box-refiner.xml'))
})

test('checkpoints in float16, in several files, and with tensors that nothing needs convert to the same bytes', async (t) => {
  const { source, target } = places(t)
  const halves = writeModel(join(source, '..', 'halves'), storedTensors('F16', float16Bits))
  const whole = storedTensors()
  const names = Object.keys(whole).toSorted()
  const shards = [names.slice(0, 20), names.slice(20)].map((some) =>
    Object.fromEntries(some.map((name) => [name, whole[name]!])),
  )
  const sharded = writeModel(join(source, '..', 'sharded'), shards)
  const embedding = 'text_model.model.embed_tokens.weight'
  const older = writeModel(join(source, '..', 'older'), {
    ...whole,
    'text_model.lm_head.weight': whole[embedding]!,
    'text_model.model.embed_positions.weights': { dtype: 'F32', shape: [2], bytes: new Uint8Array(8) },
  })
  for (const precision of ['fp32', 'fp16', 'int4'] as const) {
    await convert(source, target, { weights: precision })
    const expected = await weightHashes(target)
    for (const folder of [halves, older]) {
      await convert(folder, target, { weights: precision })
      assert.deepEqual(await weightHashes(target), expected, `${folder} in ${precision}`)
    }
    const sorted = writeModel(
      join(source, '..', 'sorted'),
      Object.fromEntries(names.map((n) => [n, whole[n]!])),
    )
    await convert(sorted, target, { weights: precision })
    const inOrder = await weightHashes(target)
    await convert(sharded, target, { weights: precision })
    assert.deepEqual(await weightHashes(target), inOrder, `in two files in ${precision}`)
  }
})

test('a conversion is used again only if source and options are what they were, and its files have their sizes', async (t) => {
  const { source, target } = places(t)
  const again = async (options: ConvertOptions = {}) => (await convert(source, target, options)).reused
  assert.equal(await again(), false)
  assert.equal(await again(), true)
  assert.equal(await again({ overwrite: true }), false)
  assert.equal(await again({ groupSize: 64 }), true, 'a group size means nothing without int4')
  assert.equal(await again({ weights: 'int4' }), false)
  assert.equal(await again({ weights: 'int4', groupSize: 64 }), false)
  assert.equal(await again({ weights: 'int4', groupSize: 64 }), true)
  assert.equal(await again(), false)

  writeFileSync(join(target, 'text.bin'), readFileSync(join(target, 'text.bin')).subarray(1))
  assert.equal(await again(), false, 'a file is shorter')
  rmSync(join(target, 'text-states.xml'))
  assert.equal(await again(), false, 'a graph is missing')
  rmSync(join(target, 'generation_config.json'))
  assert.equal(await again(), false, 'a small file is missing')
  writeFileSync(join(target, STAMP_FILE), '{')
  assert.equal(await again(), false, 'its stamp is damaged')
  assert.equal(await again(), true)
})

test('a source that changed under an old conversion is noticed, even with its size and time as they were', async (t) => {
  const { source, target } = places(t)
  await convert(source, target)
  const before = await weightHashes(target)
  const path = join(source, 'model.safetensors')
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  bytes[bytes.length - 2]! ^= 1 // a bit of a fraction
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
  assert.equal((await convert(source, target)).reused, false)
  assert.notDeepEqual(await weightHashes(target), before)

  const config = join(source, 'generation_config.json')
  writeFileSync(config, readFileSync(config, 'utf8').replace(/\s/, '\t')) // of the same size
  assert.equal((await convert(source, target)).reused, false)
})

test('a source that changes while it is converted is noticed, and nothing is left', async (t) => {
  const { source, target } = places(t)
  const onProgress = () => {
    utimesSync(join(source, 'config.json'), 1, 1)
  }
  await assert.rejects(convert(source, target, { onProgress }), {
    name: 'CheckpointError',
    code: 'SOURCE_CHANGED',
    message: /source: the checkpoint was written to while it was converted; convert it again/,
  })
  assert.deepEqual(siblings(target), ['source'])
})

test('a folder that holds anything else is left alone', async (t) => {
  const { source, target } = places(t)
  const refused = (message: RegExp) =>
    assert.rejects(convert(source, target, { overwrite: true }), { code: 'FOLDER_IN_USE', message })
  mkdirSync(target)
  writeFileSync(join(target, 'notes.txt'), 'mine')
  await refused(
    /ir: expected nothing there, .* but found \[ 'notes.txt' \] without openvino_kosmos2.json; name another/,
  )
  rmSync(join(target, 'notes.txt'))
  await convert(source, target) // an empty folder will do
  writeFileSync(join(target, 'notes.txt'), 'mine')
  await refused(/found \[ 'notes.txt' \] beside it/)
  assert.equal(readFileSync(join(target, 'notes.txt'), 'utf8'), 'mine')
  rmSync(target, { recursive: true })
  writeFileSync(target, 'mine')
  await refused(/it is a file/)
  await assert.rejects(convert(source, source), { code: 'FOLDER_IN_USE' })
  assert.deepEqual(siblings(target), ['ir', 'source'])
})

test('an abort in any phase leaves nothing behind, and an earlier conversion as it was', async (t) => {
  const { source, target } = places(t)
  const all = statSync(join(source, 'model.safetensors')).size
  const abortedAt = async (phase: string, done: number, options: ConvertOptions = {}) => {
    const controller = new AbortController()
    const reason = new Error(`enough at ${phase}`)
    let last = ['', 0] as [string, number]
    const conversion = convert(source, target, {
      ...options,
      signal: controller.signal,
      onProgress(progress) {
        last = [progress.phase, progress.done]
        if (progress.phase === phase && progress.done >= done) controller.abort(reason)
      },
    })
    await assert.rejects(conversion, reason)
    assert.equal(last[0], phase)
    assert.ok(done === all || last[1] < all, 'it went on to the end')
  }
  for (const done of [0, all / 2, all]) await abortedAt('convert', done)
  assert.deepEqual(siblings(target), ['source'])
  await convert(source, target)
  const before = await weightHashes(target)
  await abortedAt('compare', 0)
  await abortedAt('convert', all, { weights: 'int4' })
  assert.deepEqual(siblings(target), ['ir', 'source'])
  assert.deepEqual(await weightHashes(target), before)
  await assert.rejects(convert(source, target, { signal: AbortSignal.abort(new Error('before')) }), /before/)
})

/** Converts in a process of its own. @param onProgress - what it does at each step, as code. @param limit - see `ulimit` */
function converter(
  source: string,
  target: string,
  options: ConvertOptions,
  onProgress: string,
  limit?: string,
): { status: number | null; stderr: string } {
  const script = `
    import { convert } from './src/ir/convert.ts'
    const controller = new AbortController()
    await convert(${JSON.stringify(source)}, ${JSON.stringify(target)}, {
      ...${JSON.stringify(options)},
      signal: controller.signal,
      onProgress({ done }) { ${onProgress} },
    }).catch((error) => { console.error(error.code, error.message); process.exitCode = 3 })`
  const node = [process.execPath, '--input-type=module-typescript', '--eval', script]
  const [command, ...args] =
    limit === undefined ? node : ['sh', '-c', `ulimit ${limit} && exec "$@"`, 'sh', ...node]
  // Long after it should be done, and reported as a signal.
  return spawnSync(command!, args, { encoding: 'utf8', timeout: 120_000, killSignal: 'SIGTERM' })
}

test('after an abort nothing keeps the process alive', (t) => {
  const { source, target } = places(t)
  const { status, stderr } = converter(
    source,
    target,
    { weights: 'int8' },
    'controller.abort(new Error("enough"))',
  )
  assert.equal(stderr, 'undefined enough\n')
  assert.equal(status, 3)
})

test('a conversion that is killed at any point leaves no folder under its name or the earlier one, and the next clears up', async (t) => {
  const { source, target } = places(t)
  const all = statSync(join(source, 'model.safetensors')).size
  const killed = (options: ConvertOptions, at: number) => {
    const { status, stderr } = converter(
      source,
      target,
      options,
      `if (done >= ${at}) process.kill(process.pid, 'SIGKILL')`,
    )
    assert.deepEqual({ status, stderr }, { status: null, stderr: '' })
  }
  for (const killAt of [1, all / 2, all]) {
    killed({ weights: 'int8' }, killAt)
    assert.equal(siblings(target).length, 2, 'a temporary and the source')
    assert.ok(!siblings(target).includes('ir'))
  }
  await convert(source, target)
  assert.deepEqual(siblings(target), ['ir', 'source'])
  const before = await weightHashes(target)
  killed({ weights: 'int4' }, all)
  assert.deepEqual(await weightHashes(target), before)
  assert.equal((await convert(source, target)).reused, true)
  assert.deepEqual(siblings(target), ['ir', 'source'])
})

test('a conversion that was set aside by a process that died before it put the new one in its place comes back', async (t) => {
  const { source, target } = places(t)
  await convert(source, target)
  const dead = spawnSync(process.execPath, ['--version']).pid
  const host = hostname().replace(/[^\w.]/g, '_')
  renameSync(target, `${target}.old-${host}-${dead}-0123abcd`)
  mkdirSync(`${target}.new-${host}-${dead}-4567abcd`)
  mkdirSync(`${target}.new-${host}-${process.ppid}-4567abcd`) // alive: not ours to touch
  mkdirSync(`${target}.new-elsewhere-${dead}-4567abcd`)
  assert.equal((await convert(source, target)).reused, true)
  assert.deepEqual(
    siblings(target),
    [
      'ir',
      `ir.new-elsewhere-${dead}-4567abcd`,
      `ir.new-${host}-${process.ppid}-4567abcd`,
      'source',
    ].toSorted(),
  )
})

test('a disk that is too small is told before anything is written, and one that fills up leaves nothing', async (t) => {
  const { source, target } = places(t)
  await assert.rejects(expectSpace(join(target, 'not', 'there', 'yet'), 1e18), {
    code: 'NO_SPACE',
    message: /the conversion takes 1000000000000 MB, but .* has \d+ MB free; make room/,
  })
  // A limit on the size of a file: the system's error is another, but it comes at the same place.
  const { status, stderr } = converter(source, target, { weights: 'fp32' }, '', '-f 8000')
  assert.equal(status, 3)
  assert.match(
    stderr,
    /^NO_SPACE .*ir: the disk took no more .*, and what was written was removed; make room/m,
  )
  assert.deepEqual(siblings(target), ['source'])
})

test('numbers that a precision cannot hold are told with the name of their tensor, and nothing is left', async (t) => {
  const { source, target } = places(t)
  const name = 'text_model.model.layers.1.ffn.fc1.weight'
  const write = (value: number) => {
    const tensors = storedTensors()
    const values = new Float32Array(weights.get(name)!.data as Float32Array)
    values[77] = value
    writeModel(source, { ...tensors, [name]: { ...tensors[name]!, bytes: new Uint8Array(values.buffer) } })
  }
  const refused = (precision: 'fp16' | 'int8' | 'int4', value: RegExp) =>
    assert.rejects(convert(source, target, { weights: precision }), {
      code: 'UNSUITABLE_WEIGHTS',
      message: new RegExp(
        `cannot store tensor ${name} as ${precision}: it holds ${value.source}; convert this part`,
      ),
    })
  write(NaN)
  for (const precision of ['fp16', 'int8', 'int4'] as const) await refused(precision, /NaN/)
  write(-1e5)
  await refused('fp16', /-100000/)
  await convert(source, target, { weights: 'int8' })
  write(1e9)
  await refused('int8', /1000000000/)
  rmSync(target, { recursive: true })
  assert.deepEqual(siblings(target), ['source'])
})

test('options that do not fit are refused by name', async () => {
  const refused = (options: object, error: object) =>
    assert.rejects(convert(MODEL, '/tmp/never', options), error)
  await refused(
    { weights: 'int2' },
    { name: 'RangeError', message: /one of 'fp32', 'fp16', 'int8', 'int4' for weights/ },
  )
  await refused(
    { weights: { vision: 'int8', text: 'int8' } },
    { message: /for weights.projection but received undefined/ },
  )
  await refused(
    { weights: { vision: 'int8', texts: 'int8' } },
    { message: /Unknown option 'texts' for weights/ },
  )
  await refused({ weights: null }, { name: 'TypeError' })
  await refused({ groupSize: 100 }, { message: /Expected 32, 64, 128, 256 for groupSize but received 100/ })
  await refused({ int4Scheme: 'odd' }, { message: /'automatic', 'symmetric', 'asymmetric' for int4Scheme/ })
  await refused({ wieghts: 'int8' }, { message: /Unknown option 'wieghts' for convert/ })
  await assert.rejects(convert(MODEL, ''), { name: 'TypeError', message: /the path of a folder for folder/ })
  await assert.rejects(convert('nowhere/at/all', '/tmp/never'), { code: 'NOT_FOUND' })
})
