// How many processor threads an engine is asked to take.
import { invalidRange } from '../errors.ts'

/** @throws {RangeError} for a number of threads that is none; undefined leaves the choice to the engine */
export function checkThreads(threads: number | undefined): void {
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw invalidRange('threads', 'integer from 1', threads)
}
