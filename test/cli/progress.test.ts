// What progress looks like on a terminal and elsewhere.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createProgress } from '../../src/cli/progress.ts'
import { main, root, scene, tiny } from './run-command.ts'

/** A stream that keeps what is written, and a clock that is set by hand. */
function record(isTTY: boolean, columns = 60) {
  const written: string[] = []
  const clock = { now: 0 }
  const stream = { isTTY, columns, write: (text: string) => written.push(text) }
  return { written, clock, progress: createProgress(stream, () => clock.now) }
}

test('a terminal gets a bar that is drawn over at most every 80 ms, cut to its width, and removed', () => {
  const { written, clock, progress } = record(true)
  progress.update('Copying', 0, '0 of 9 MB')
  progress.update('Copying', 0.1, '1 of 9 MB')
  clock.now = 100
  progress.update('Copying', 0.5, '5 of 9 MB')
  progress.update('Copying', 1, '9 of 9 MB')
  progress.end()
  progress.end()
  assert.deepEqual(written, [
    '\r\x1b[KCopying [........................] 0 % 0 of 9 MB',
    '\r\x1b[KCopying [############............] 50 % 5 of 9 MB',
    '\r\x1b[KCopying [########################] 100 % 9 of 9 MB',
    '\r\x1b[K',
  ])
  const narrow = record(true, 20)
  narrow.progress.update('Downloading a large file')
  assert.deepEqual(narrow.written, ['\r\x1b[KDownloading a large'])
})

test('elsewhere a line comes each quarter of what takes longer than a second', () => {
  const { written, clock, progress } = record(false)
  progress.update('Quick', 1)
  for (const [now, fraction] of [
    [2000, 0],
    [2500, 0.3],
    [3000, 0.3],
    [3100, 0.4],
    [4000, 0.8],
    [5000, 1],
  ] as const) {
    clock.now = now
    progress.update('Copying', fraction, 'in all')
    progress.end()
  }
  assert.deepEqual(written, ['Copying 30 % in all\n', 'Copying 80 % in all\n', 'Copying 100 % in all\n'])
})

test('on a terminal the answer comes with a bar', async () => {
  const args = [process.execPath, main, 'caption', scene('one.png'), scene('one.png'), '-m', tiny]
  // Python has pseudo-terminals, which Node has not.
  const program = `import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)`
  const python = join(root, '.venv', 'bin', 'python')
  const { stdout } = await promisify(execFile)(python, ['-c', program, ...args])
  assert.match(stdout, /\r\x1b\[KPictures \[\.+\] 0 % 0 of 2\r\x1b\[K/)
  assert.equal(stdout.match(/\nAn image of a strawberry\.\r\n\r\n {2}phrase/g)?.length, 2)
})
