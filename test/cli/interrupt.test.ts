// Ctrl-C, and readers that stop reading.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { root, scene, startCommand, tiny } from './run-command.ts'

/** More pictures than are answered before a signal arrives. */
const many = Array.from({ length: 400 }, () => scene('night.png'))
const source = join(root, 'src', 'cli')
const caption = ['caption', ...many, '--model', tiny, '--json']

test(
  'Ctrl-C stops the work between two tokens, says so and ends with exit status 130',
  { timeout: 180_000 },
  async () => {
    const { process: child, ended } = startCommand(caption)
    await Promise.race([once(child.stdout, 'data'), ended])
    child.kill('SIGINT')
    const { status, stdout, stderr } = await ended
    assert.equal(status, 130)
    assert.match(stderr, /^Interrupted; stopping\. Ctrl-C again ends at once\.$/m)
    // What was answered is whole.
    const lines = stdout.trimEnd().split('\n')
    assert.ok(lines.length < many.length)
    for (const line of lines) assert.equal((JSON.parse(line) as { width: number }).width, 480)
  },
)

/** Runs a program with modules of the command line, and sends it SIGINT each time it says something. */
async function interruptProgram(
  program: string,
): Promise<{ said: string; status: unknown; signal: unknown }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: source })
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString()
    child.kill('SIGINT')
  })
  const [status, signal] = (await once(child, 'exit')) as unknown[]
  return { said, status, signal }
}

test(
  'a picture that never comes whole from standard input can be interrupted too',
  { timeout: 180_000 },
  async () => {
    const ended = await interruptProgram(`
    const { onInterrupt } = await import('./interrupt.ts')
    const { listPictures } = await import('./pictures.ts')
    const { signal } = onInterrupt(() => {})
    const [picture] = await listPictures(['-'])
    console.log('reading')
    await picture.read(signal).catch(() => process.exit(signal.aborted ? 130 : 1))`)
    assert.deepEqual(ended, { said: 'reading\n', status: 130, signal: null })
  },
)

test('a second Ctrl-C ends the process at once, whatever the work does', { timeout: 180_000 }, async () => {
  const ended = await interruptProgram(`
    const { onInterrupt } = await import('./interrupt.ts')
    onInterrupt(() => console.log('asked to stop'))
    setInterval(() => {}, 1000)
    console.log('at work')`)
  assert.deepEqual(ended, { said: 'at work\nasked to stop\n', status: null, signal: 'SIGINT' })
})

test(
  'a reader that has had enough, as `head` has, ends the work in silence',
  { timeout: 180_000 },
  async () => {
    const { process: child, ended } = startCommand(caption)
    await Promise.race([once(child.stdout, 'data'), ended])
    child.stdout.destroy()
    const { status, stderr } = await ended
    assert.deepEqual({ status, stderr: stderr.replace(/^Pictures .*\n/gm, '') }, { status: 0, stderr: '' })
  },
)
