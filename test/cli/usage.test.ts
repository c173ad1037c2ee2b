// Mistakes at the command line are answered at once, with what is right; and help.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { commandHelp, generalHelp } from '../../src/cli/help.ts'
import { silentProgress } from '../../src/cli/progress.ts'
import { run } from '../../src/cli/run.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { root, runCommand, scene, temporaryFolder, tiny } from './run-command.ts'

/** A terminal that keeps what is written to it. */
function recordTerminal() {
  const written = { print: [] as string[], error: [] as string[] }
  const terminal: Terminal = {
    isLive: false,
    print: (text) => written.print.push(text),
    stream: (piece) => written.print.push(piece),
    note: (text) => written.error.push(text),
    error: (text) => written.error.push(text),
    progress: silentProgress,
  }
  return { written, open: () => terminal }
}

test('a wrong command line is refused with exit status 2 and the nearest right one, before anything is opened', async () => {
  const mistakes: readonly (readonly [args: string[], said: RegExp])[] = [
    [['captoin', 'a.png'], /^Unknown command captoin; did you mean caption\?\nSee kosmos2 --help\.$/],
    [['xyz'], /^Unknown command xyz; the commands are setup, caption, ground, convert, check, bench, demo\n/],
    [
      ['caption', 'a.png', '--detial'],
      /^Unknown option --detial; did you mean --detail\?\nSee kosmos2 caption --help\.$/,
    ],
    [['caption', 'a.png', '-x'], /^Unknown option -x; its options are --detail, .*--help\n/],
    [
      ['caption', '--model', '--json', 'a.png'],
      /^Expected a value for --model \(FOLDER\|HUB\) but '--json' follows\n/,
    ],
    [['caption', 'a.png', '--json=yes'], /^Expected no value for --json but received 'yes'\n/],
    [
      ['caption', 'a.png', '--performance', 'accurat'],
      /^Expected one of fast, accurate for --performance but received 'accurat'; did you mean accurate\?\n/,
    ],
    [
      ['caption', 'a.png', '--num-beams', '1.5'],
      /^Expected a whole number from 1 for --num-beams but received '1\.5'\n/,
    ],
    [['caption'], /^Expected IMAGE\.\.\. for caption but received nothing\n/],
    [['caption', '-', '-'], /^Standard input \(-\) holds one picture, so it can be named only once\n/],
    [
      ['caption', 'a.png', 'b.png', '--svg', 'both.svg'],
      /^Expected a folder for --svg, as there are 2 pictures, but received both\.svg\n/,
    ],
    [
      ['caption', 'x/a.png', 'y/a.jpg', '--svg', 'out'],
      /^Expected pictures of different names for --svg, but x\/a\.png and y\/a\.jpg would both be out\/a\.svg\n/,
    ],
    [['ground', 'a.png'], /^Expected IMAGE PHRASE\.\.\. for ground but received a\.png\n/],
    [
      ['ground', 'a.png', 'a <phrase>'],
      /^Expected one line of text without tags for phrase but received 'a <phrase>'\n/,
    ],
    [['bench', 'a', '--tokens', '1'], /^Expected a whole number from 2 for --tokens but received '1'\n/],
    [['convert', 'a', 'b', 'c'], /^Expected SOURCE FOLDER for convert, so 'c' is too much\n/],
    [['check', '--against', 'a'], /^Expected a FOLDER to compare with --against but received nothing\n/],
    [
      ['demo', '--port', '65536'],
      /^Expected a whole number from 0 to 65535 for --port but received '65536'\n/,
    ],
    [['setup', 'now'], /^Expected no operand for setup, so 'now' is too much\n/],
  ]
  for (const [args, said] of mistakes) {
    const { written, open } = recordTerminal()
    assert.equal(await run(args, open), 2, args.join(' '))
    assert.match(written.error.join('\n'), said)
    assert.deepEqual(written.print, [])
  }
  const { status, stdout, stderr } = await runCommand(['captoin'])
  assert.deepEqual([status, stdout, stderr.slice(0, 33)], [2, '', 'kosmos2: Unknown command captoin;'])
})

test('what fails is said in a sentence with exit status 1, and with a stack only where that is asked for', async (t) => {
  const empty = await temporaryFolder(t)
  const failing: readonly (readonly [args: string[], said: RegExp])[] = [
    [['caption', scene('one.png'), '-m', empty], /^.*config\.json/],
    [
      ['caption', scene('one.png'), '-m', tiny, '--device', 'CPU'],
      /^Unknown option 'device' for a checkpoint/,
    ],
    [['caption', empty, '-m', tiny], /^Expected pictures in .*, but none of its files ends in \.png, /],
  ]
  for (const [args, said] of failing) {
    const { written, open } = recordTerminal()
    assert.equal(await run(args, open), 1, args.join(' '))
    assert.match(written.error.join('\n'), said)
    assert.doesNotMatch(written.error.join('\n'), /^ +at /m)
  }
  const { stderr } = await runCommand(['check', empty], undefined, { KOSMOS2_DEBUG: '1' })
  assert.match(stderr, /^kosmos2: CheckpointError: [^]*^ +at /m)
})

test('help and version go to standard output, and every command has examples within 80 columns', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const [shown, asked, general, nothing] = await Promise.all([
    runCommand(['--version']),
    runCommand(['help', 'ground']),
    runCommand(['--help']),
    runCommand([]),
  ])
  const ground = COMMANDS.find(({ name }) => name === 'ground')!
  assert.deepEqual([shown.stdout, shown.status], [`${version}\n`, 0])
  assert.deepEqual([asked.stdout, asked.status], [`${commandHelp(ground)}\n`, 0])
  assert.deepEqual([general.stdout, general.status], [`${generalHelp(COMMANDS)}\n`, 0])
  assert.deepEqual([nothing.stderr, nothing.stdout, nothing.status], [general.stdout, '', 2])
  for (const command of COMMANDS) {
    const help = commandHelp(command)
    assert.match(
      help,
      new RegExp(`^Usage: kosmos2 ${command.name} [^]*\\n\\nExamples:\\n  kosmos2 ${command.name}`),
    )
    const wide = help.split('\n').filter((line) => line.length > 80 && !line.startsWith('  kosmos2 '))
    assert.deepEqual(wide, [])
  }
})
