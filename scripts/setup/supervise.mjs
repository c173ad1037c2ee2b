// Runs one command, and ends it with everything it started when the script that asked for it is gone: even a
// script that was killed leaves no npm or pip behind that would write into a later set-up's files.
// Usage: node supervise.mjs SIGNAL COMMAND ARGUMENT..., with standard input as a pipe that the script holds open; SIGNAL
// asks the command to end.
import { spawn } from 'node:child_process'

/** How long a command may take to put itself in order after it was interrupted, in milliseconds. */
const grace = 5000

const [gentle = 'SIGINT', command = '', ...args] = process.argv.slice(2)
// Its own process group, so that all of it can be signalled at once.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })

child.on('error', (error) => {
  console.error(error.message)
  process.exit(127)
})
child.on('exit', (code, signal) => {
  if (signal !== null) signalGroup('SIGKILL')
  process.exit(code ?? 1)
})
process.stdin.resume().on('end', () => {
  signalGroup(/** @type {NodeJS.Signals} */ (gentle))
  setTimeout(() => {
    signalGroup('SIGKILL')
  }, grace)
})
// Ctrl-C in a terminal reaches this process too; the script decides what it means.
process.on('SIGINT', () => {})

/** @param {NodeJS.Signals} signal */
function signalGroup(signal) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group has ended already.
  }
}
