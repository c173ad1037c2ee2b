// From a command line to an exit status.
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'
import { EXIT, UsageError } from './exit-status.ts'
import { commandHelp, generalHelp, PROGRAM } from './help.ts'
import { onInterrupt } from './interrupt.ts'
import { nearest } from './nearest.ts'
import { createTerminal } from './terminal.ts'

/**
 * Runs one command line.
 * @param words - without `node` and the program's name
 * @param openTerminal - where it writes
 * @returns the exit status
 */
export async function run(words: readonly string[], openTerminal = createTerminal): Promise<number> {
  const [name, ...rest] = words
  const out = openTerminal(false)
  if (name === '--version' || name === '-V') return answer(await version())
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0))
    return answer(generalHelp(COMMANDS))
  if (name === undefined) {
    out.note(generalHelp(COMMANDS))
    return EXIT.usage
  }
  const asked = name === 'help' ? rest[0]! : name
  const command = COMMANDS.find((known) => known.name === asked)
  if (command === undefined) {
    out.error(unknownCommand(asked))
    return EXIT.usage
  }
  return await runCommand(command, name === 'help' ? ['--help'] : rest, openTerminal)

  function answer(text: string): number {
    out.print(text)
    return EXIT.success
  }
}

/**
 * Runs one command.
 * @param words - behind its name
 * @param program - what is written before the command's name to call it
 * @returns the exit status
 */
export async function runCommand(
  command: Command,
  words: readonly string[],
  openTerminal = createTerminal,
  program = PROGRAM,
): Promise<number> {
  let terminal = openTerminal(false)
  try {
    const { operands, values, isHelp, isQuiet } = readArguments(command, words)
    terminal = openTerminal(isQuiet)
    if (isHelp) {
      terminal.print(commandHelp(command, program))
      return EXIT.success
    }
    const { signal, release } = onInterrupt(() => {
      terminal.note('Interrupted; stopping. Ctrl-C again ends at once.')
    })
    try {
      return (await command.run({ operands, values, terminal, signal })) ? EXIT.success : EXIT.failure
    } catch (error) {
      // Whatever a part of the work says when it is stopped: it was asked to.
      if (signal.aborted) return EXIT.interrupted
      throw error
    } finally {
      terminal.progress.end()
      release()
    }
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}\nSee ${program} ${command.name} --help.`)
      return EXIT.usage
    }
    terminal.error(describeError(error))
    return EXIT.failure
  }
}

/** The message alone, as the library's say what to do; with KOSMOS2_DEBUG the stack and the causes too. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return process.env['KOSMOS2_DEBUG'] ? inspect(error) : error.message
}

function unknownCommand(name: string): string {
  const known = COMMANDS.map((command) => command.name)
  const guess = nearest(name, known)
  const what = name.startsWith('-') ? 'option' : 'command'
  return `Unknown ${what} ${name}; ${guess === undefined ? `the commands are ${known.join(', ')}` : `did you mean ${guess}?`}\nSee kosmos2 --help.`
}

/** Of this package. */
async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
