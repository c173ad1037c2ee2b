// `npm run train` up to the point where Python takes over: its options, and what it says when something is missing.
import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { root, runScript, temporaryFolder, type Ended } from '../scripts/project-copy.ts'

test('a wrong option is refused before anything is made, in one sentence', async () => {
  const cases: [string[], RegExp][] = [
    [['--minutes', 'ten'], /^\s*--minutes takes a number from 0\.1 to 100000, not "ten"\.\s*$/],
    [['--steps', '1.5'], /^\s*--steps takes a whole number from 1 to 1000000000, not "1\.5"\.\s*$/],
    [['--batch', '0'], /^\s*--batch takes a whole number from 1 to 4096, not "0"\.\s*$/],
    [['--collages=-1'], /^\s*--collages takes a whole number from 0 to 1000000000, not "-1"\.\s*$/],
    [['--seed', '5'], /^\s*--seed takes a whole number from 1000000 to 4294967295, not "5"\.\s*$/],
    [['--rate', '2'], /^\s*--rate takes a number from 0\.001 to 1, not "2"\.\s*$/],
    [['--device', 'tpu'], /^\s*--device takes cpu or cuda, not "tpu"\.\s*$/],
    [['--finish', '30', '--minutes', '20'], /^\s*--finish 30 does not fit into --minutes 20\.\s*$/],
    [
      ['--from', 'models/kosmos2-tiny', '--collages', '5'],
      /^\s*--collages is for a training from nothing: .*\.\s*$/,
    ],
    [['--box-refiner', '--minutes', '5'], /^\s*--box-refiner trains no model: leave out --minutes\.\s*$/],
    [['--export-only', '--steps', '5'], /^\s*--export-only trains nothing: leave out --steps\.\s*$/],
  ]
  for (const [args, message] of cases) {
    const { status, output } = await train(args)
    assert.match(output, message)
    assert.equal(status, 1)
  }
  const unknown = await train(['--epochs', '3'])
  assert.match(unknown.output, /--epochs[^]*--minutes N/)
  assert.equal(unknown.status, 2)
})

test('an interpreter that does not serve is named with what it lacks', async (t) => {
  assert.match(
    (await trainWith(t, 'echo transformers torch')).output,
    /python lacks transformers==5\.\S+, torch==2\.\S+; install what scripts\/train\/requirements\.txt lists \(.*-m pip install -r/,
  )
  assert.match(
    (await trainWith(t, 'exit 1')).output,
    /python is no Python that runs; give the path of one with --python/,
  )
})

test('Python is told the Node, the folder and the options, and its exit status is kept', async (t) => {
  // Asked for its packages it lacks none; asked to train it says what it was given.
  const answer = 'case "$1" in -c) echo;; *) echo "$@"; exit 3;; esac'
  const { status, output } = await trainWith(t, answer, [
    '--minutes',
    '2',
    '--validate-every',
    '5',
    '--from',
    'nothing',
  ])
  assert.match(
    output,
    /train\.py --node \S+\/node --folder .+\/training --minutes 2 --validate-every 5 --from nothing$/m,
  )
  assert.equal(status, 3)
  const refiner = await trainWith(t, answer, ['--box-refiner', '--batch', '32'])
  assert.match(
    refiner.output,
    /train_box_refiner\.py --node \S+\/node --folder .+\/training --batch 32 --steps 12000$/m,
  )
})

/** Runs the script with a Python that is a shell script. */
async function trainWith(t: TestContext, body: string, args: string[] = []): Promise<Ended> {
  const folder = await temporaryFolder(t)
  const python = join(folder, 'python')
  await writeFile(python, `#!/bin/sh\n${body}\n`)
  await chmod(python, 0o755)
  return train(['--python', python, '--folder', join(folder, 'training'), ...args])
}

function train(args: readonly string[]): Promise<Ended> {
  return runScript(root, ['scripts/train.mjs', ...args])
}
