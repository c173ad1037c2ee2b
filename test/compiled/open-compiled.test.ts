import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import {
  type CompiledModelOptions,
  type CompileProgress,
  openCompiled,
} from '../../src/compiled/open-compiled.ts'
import { float32, int64 } from '../../src/tensor.ts'
import { converted } from '../model/converted.ts'

const folder = await converted('models/kosmos2-tiny', 'fp32')

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'kosmos2-open-compiled-'))
  t.after(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}
async function open(t: TestContext) {
  const { engine } = await openCompiled(folder, { cacheFolder: null, performance: 'accurate' })
  t.after(() => engine.dispose())
  return engine
}
const step = (ids: readonly number[], total: number) => ({
  input_ids: int64(ids, [ids.length, 1]),
  attention_mask: int64(Array<number>(ids.length * total).fill(1), [ids.length, total]),
  position_ids: int64(Array<number>(ids.length).fill(total + 1), [ids.length, 1]),
  logitsToKeep: 1,
})

test('a damaged or missing conversion is refused before OpenVINO sees it', async (t) => {
  const damaged = (damage: (path: string) => void) => {
    const path = join(temporary(t), 'ir')
    cpSync(folder, path, { recursive: true })
    damage(path)
    return openCompiled(path)
  }
  const cases: [(path: string) => void, RegExp][] = [
    [
      (path) => {
        truncateSync(join(path, 'text.bin'), 1000)
      },
      /text\.bin: expected \d+ bytes.*found 1000.*convert/,
    ],
    [
      (path) => {
        appendFileSync(join(path, 'vision.xml'), ' ')
      },
      /vision\.xml: expected \d+ bytes/,
    ],
    [
      (path) => {
        rmSync(join(path, 'projection.bin'))
      },
      /projection\.bin: expected a file/,
    ],
    [
      (path) => {
        writeFileSync(join(path, 'openvino_kosmos2.json'), '{')
      },
      /convert/,
    ],
  ]
  for (const [damage, expected] of cases)
    await assert.rejects(damaged(damage), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'BAD_IR')
      assert.match(error.message, expected)
      return true
    })
  await assert.rejects(openCompiled('models/kosmos2-tiny'), { code: 'NOT_AN_IR' })
})

test('options that do not fit are refused by name', async () => {
  const refused = (options: object, expected: RegExp | object) =>
    assert.rejects(openCompiled(folder, options), expected)
  await refused({ devise: 'CPU' }, /Unknown option 'devise'/)
  await refused({ performance: 'fastest' }, /'fast' or 'accurate' for performance but received 'fastest'/)
  for (const threads of [0, 1.5, '2'])
    await refused({ threads }, new RegExp(`integer from 1 for threads but received '?${threads}`))
  await refused({ config: ['a'] }, /an object of OpenVINO's properties for config/)
  await refused({ config: { NUM_STREAMS: null } }, /config\.NUM_STREAMS/)
  await refused({ device: 'TPU' }, { code: 'UNKNOWN_DEVICE' })
  await refused({ config: { NO_SUCH_PROPERTY: 1 }, cacheFolder: null }, /NO_SUCH_PROPERTY/)
})

test('threads are a property of OpenVINO, and one given in config wins', async (t) => {
  const cacheFolder = temporary(t)
  const kept = async (options: CompiledModelOptions): Promise<number> => {
    const { engine } = await openCompiled(folder, { cacheFolder, ...options })
    await engine.dispose()
    return readdirSync(cacheFolder).length
  }
  assert.equal(await kept({}), 1)
  assert.equal(await kept({ threads: 1 }), 2, 'what is kept is for other threads')
  assert.equal(await kept({ config: { INFERENCE_NUM_THREADS: 1 } }), 2)
  assert.equal(await kept({ threads: 2, config: { INFERENCE_NUM_THREADS: 1 } }), 2)
})

test('progress begins with the first part and ends with all bytes; AUTO is a device', async (t) => {
  const seen: CompileProgress[] = []
  const { engine } = await openCompiled(folder, {
    device: 'AUTO',
    cacheFolder: null,
    onProgress: (progress) => seen.push(progress),
  })
  t.after(() => engine.dispose())
  assert.deepEqual(
    seen.map(({ part }) => part),
    ['vision', 'projection', 'text', undefined],
  )
  assert.equal(seen[0]?.loaded, 0)
  assert.equal(seen.at(-1)?.loaded, seen.at(-1)?.total)
})

test('an abort ends opening between two parts and leaves no cache behind', async (t) => {
  const cacheFolder = temporary(t)
  const controller = new AbortController()
  const reason = new Error('enough')
  const opening = openCompiled(folder, {
    cacheFolder,
    signal: controller.signal,
    onProgress: ({ part }) => {
      if (part === 'projection') controller.abort(reason)
    },
  })
  await assert.rejects(opening, reason)
  assert.deepEqual(readdirSync(cacheFolder), [])
})

test('the second time a model is compiled from the cache and computes the same', async (t) => {
  const cacheFolder = temporary(t)
  const logits = async () => {
    const { engine } = await openCompiled(folder, { cacheFolder })
    const decoder = await engine.openDecoder()
    const { data } = await decoder.step(step([5], 1))
    await engine.dispose()
    return data
  }
  const first = await logits()
  const [kept] = readdirSync(cacheFolder)
  assert.ok(kept !== undefined && readdirSync(join(cacheFolder, kept)).includes('complete.json'))
  assert.deepEqual(await logits(), first)
  assert.deepEqual(readdirSync(cacheFolder), [kept])
})

test('where the memory does not suffice for compiling, the error says so', async () => {
  // In a process of its own: it takes its memory away from itself once the small parts are compiled.
  const script = `
    import { execFileSync } from 'node:child_process'
    import { readFileSync } from 'node:fs'
    import { openCompiled } from ${JSON.stringify(new URL('../../src/compiled/open-compiled.ts', import.meta.url).href)}
    const limit = () => {
      const size = Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
      execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (size + 1_000_000)])
    }
    const onProgress = ({ part }) => part === 'text' && limit()
    const opening = openCompiled(${JSON.stringify(folder)}, { cacheFolder: null, onProgress })
    await opening.then(() => console.log('opened'), (error) => console.log(error.code, error.message))
    process.exit()`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  assert.match(
    stdout,
    /^OUT_OF_MEMORY There is not enough memory to compile a model with 0\.\d\d GB of weights; close/,
  )
})

test('an index outside the cache is refused: OpenVINO would read whatever lies there', async (t) => {
  const decoder = await (await open(t)).openDecoder()
  await assert.rejects(
    decoder.step({ ...step([5, 6], 1), beam_idx: [0, 2] }),
    /2 integers from 0 to 1.*for beam_idx/,
  )
  await decoder.step(step([5, 6], 1))
  for (const beam_idx of [[0, 2], [0, -1], [0], [0, 0.5]])
    await assert.rejects(decoder.step({ ...step([5, 6], 2), beam_idx }), /for beam_idx/)
  await assert.rejects(decoder.step(step([5, 6, 7], 2)), /2 rows, as the step before/)
  await decoder.step({ ...step([5, 6, 7], 2), beam_idx: [1, 0, 1] })
})

test('dispose ends what runs, refuses what comes later, and may be called twice', async (t) => {
  const engine = await open(t)
  const { image_size } = engine.config.vision_config
  const pixels = float32(new Float32Array(3 * image_size ** 2), [1, 3, image_size, image_size])
  const decoder = await engine.openDecoder()
  const running = [
    assert.rejects(engine.vision(pixels), /disposed/),
    assert.rejects(decoder.step(step([5], 1)), /disposed/),
  ]
  await engine.dispose()
  await engine.dispose()
  await Promise.all(running)
  await assert.rejects(engine.vision(pixels), /The model was disposed/)
  await assert.rejects(decoder.step(step([5], 1)), /The model was disposed/)
})
