// What every script of this folder does around its work: options, Ctrl-C, and one sentence for what a person must do.
import { parseArgs } from 'node:util'
import { Problem } from './problem.mjs'

/**
 * What a script is given.
 * @template {import('node:util').ParseArgsOptionsConfig} Options
 * @typedef {Pick<ReturnType<typeof parseArgs<{ options: Options }>>, 'values'> & { positionals: string[], signal: AbortSignal }} Given
 */

/** The exit status of a program that was interrupted, as shells count it. */
const interruptedStatus = 130

/**
 * Runs a script's work and ends the process with its exit status.
 * @template {import('node:util').ParseArgsOptionsConfig} Options
 * @param {string} help - what `--help` prints
 * @param {Options} options - besides `--help`
 * @param {(given: Given<Options>) => Promise<number | void>} work - resolves to the exit status, 0 when to nothing
 * @param {boolean} [allowPositionals]
 */
export async function main(help, options, work, allowPositionals = false) {
  if (process.argv.slice(2).includes('--help')) {
    console.log(help)
    return
  }
  let given
  try {
    given = parseArgs({ options, allowPositionals })
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${help}`)
    process.exit(2)
  }
  const stop = new AbortController()
  const interrupt = () => {
    stop.abort(new Error('Interrupted'))
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt)
  try {
    process.exitCode = (await work({ ...given, signal: stop.signal })) ?? 0
  } catch (error) {
    process.exitCode = stop.signal.aborted ? interruptedStatus : 1
    if (stop.signal.aborted) console.error('Interrupted; run it again to go on.')
    else if (error instanceof Problem)
      console.error(`\n${error.message}${error.details && `\n\n${error.details}`}`)
    else console.error(error)
  }
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt)
}
