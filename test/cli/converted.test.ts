// `kosmos2 convert`, `check` and `bench`, one after the other on the embedded model, as a person would.
import assert from 'node:assert/strict'
import { cp, open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTinyGolden } from '../tiny-golden.ts'
import { runCommand, scene, temporaryFolder, tiny } from './run-command.ts'

test('a checkpoint is converted, checked, compared, asked and measured', async (t) => {
  const folder = await temporaryFolder(t)
  const [fp32, int8] = [join(folder, 'fp32'), join(folder, 'int8')]
  // Compiled models must not get into the person's own cache.
  const env = { KOSMOS2_CACHE: join(folder, 'cache') }
  const run = (...args: string[]) => runCommand(args, undefined, env)

  await t.test(
    'convert tells sizes before and after, keeps a conversion that is there, and takes weights a part',
    async () => {
      const made = await run('convert', tiny, int8, '--vision', 'fp16')
      assert.equal(made.status, 0, made.stderr)
      assert.match(
        made.stdout,
        /^ {2}part +weights +checkpoint +converted +ratio\n {2}vision +fp16 +\d+\.\d MB +\d+\.\d MB +0\.99\d\n {2}projection +int8 .*\n {2}text +int8 .*\n {2}all +[\d.]+ MB .*\n\n.*int8 was made in [\d.]+ m?s\.\n$/,
      )
      const again = await run('convert', tiny, int8, '--vision', 'fp16')
      assert.match(again.stdout, /int8 held this conversion already; it was kept\.\n$/)

      const json = await run('convert', tiny, fp32, '--weights', 'fp32', '--json')
      const { parts, ...rest } = JSON.parse(json.stdout) as {
        parts: Record<string, { settings: { precision: string } }>
        seconds: number
      }
      assert.deepEqual(
        Object.values(parts).map(({ settings }) => settings.precision),
        ['fp32', 'fp32', 'fp32'],
      )
      assert.deepEqual({ ...rest, seconds: 0 }, { folder: fp32, reused: false, seconds: 0 })

      const inUse = await run('convert', tiny, scene('..'))
      assert.match(inUse.stderr, /^kosmos2: .*scenes.*\n/m)
      assert.equal(inUse.status, 1)
    },
  )

  await t.test('convert stores int4 weights in the groups and by the scheme that are asked for', async () => {
    const options = ['--weights', 'int4', '--group-size', '32', '--int4-scheme', 'symmetric']
    const made = await run('convert', tiny, join(folder, 'int4'), ...options, '--json')
    const { parts } = JSON.parse(made.stdout) as { parts: Record<string, { settings: object }> }
    assert.partialDeepStrictEqual(parts['text']?.settings, {
      precision: 'int4',
      groupSize: 32,
      scheme: 'symmetric',
    })
  })

  await t.test('caption takes the converted model as it takes a checkpoint', async () => {
    const args = ['caption', scene('night.png'), '--model', fp32, '--performance', 'accurate', '--json']
    const { stdout, stderr } = await run(...args)
    const golden = readTinyGolden().scenes.find(({ file }) => file === 'night.png')?.asked[0]
    assert.equal((JSON.parse(stdout) as { raw: string }).raw, golden?.raw, stderr)
  })

  await t.test(
    'check shows the runtime, and compares a converted model with its stamp and with the original',
    async () => {
      const { status, stdout } = await run(
        'check',
        fp32,
        scene('one.png'),
        '--against',
        tiny,
        '--performance',
        'accurate',
        '--json',
      )
      const report = JSON.parse(stdout) as {
        runtime: { version: string; devices: { name: string }[] }
        model: { kind: string; source: { name: string } }
        verification: { isEqual: boolean; agreement: number; answers: unknown[] }
      }
      assert.match(report.runtime.version, /^20\d\d\.\d/)
      assert.ok(report.runtime.devices.some(({ name }) => name === 'CPU'))
      assert.deepEqual([report.model.kind, report.model.source.name], ['converted', tiny])
      assert.deepEqual(
        [report.verification.isEqual, report.verification.agreement, report.verification.answers.length],
        [true, 1, 3],
      )
      assert.equal(status, 0)

      const text = await run('check', tiny)
      assert.match(
        text.stdout,
        /^ {2}OpenVINO +20\d\d\.[^]* {2}device +CPU: [^]*kosmos2-tiny: a checkpoint that opens, with a text model of 3 layers of 192/,
      )
      assert.equal(text.status, 0)
    },
  )

  await t.test('check finds a changed byte of the weights', async () => {
    const damaged = join(folder, 'damaged')
    await cp(int8, damaged, { recursive: true })
    const file = await open(join(damaged, 'text.bin'), 'r+')
    await file.write(Buffer.from([1, 2, 3]), 0, 3, 5000)
    await file.close()
    const { status, stdout, stderr } = await run('check', damaged, '--quiet', '--json')
    assert.deepEqual(Object.keys(JSON.parse(stdout) as object), ['runtime'])
    assert.match(
      stderr,
      /^kosmos2: .*text\.bin: expected content with SHA-256 [0-9a-f]{64}, as when it was converted/,
    )
    assert.equal(status, 1)
  })

  await t.test('bench measures models beside each other', async () => {
    const { status, stdout, stderr } = await run(
      'bench',
      tiny,
      int8,
      '--rounds',
      '2',
      '--tokens',
      '5',
      '--threads',
      '1',
      '--json',
    )
    assert.equal(status, 0, stderr)
    const report = JSON.parse(stdout) as {
      models: { folder: string; open: number; firstToken: Spread; token: Spread; memory: number }[]
    }
    interface Spread {
      median: number
      min: number
      max: number
    }
    assert.deepEqual(
      report.models.map((model) => model.folder),
      [tiny, int8],
    )
    for (const { open, firstToken, token, memory } of report.models) {
      for (const { median, min, max } of [firstToken, token])
        assert.ok(0 < min && min <= median && median <= max)
      assert.ok(open > 0 && memory > 50e6 && memory < 1e10)
    }
    const missing = await run('bench', tiny, join(folder, 'nothing'))
    assert.match(missing.stderr, /^kosmos2: .*nothing: there is no such folder/m)
    assert.equal(missing.status, 1)
  })
})
