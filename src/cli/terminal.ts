// Where a command writes: results to standard output, everything else to standard error.
import { createProgress, type Progress, silentProgress } from './progress.ts'

export interface Terminal {
  /** Whether somebody reads along, so that text is shown as it comes. */
  readonly isLive: boolean
  /** Writes a line, or several, of results. */
  print(text: string): void
  /** Writes a piece of a result as it comes; only where `isLive`. */
  stream(piece: string): void
  /** Tells something, unless `--quiet`. */
  note(text: string): void
  /** Tells what went wrong. */
  error(text: string): void
  readonly progress: Progress
}

export function createTerminal(isQuiet: boolean): Terminal {
  const { stdout, stderr } = process
  const progress = isQuiet ? silentProgress : createProgress(stderr)
  let isMidLine = false
  const tell = (text: string): void => {
    progress.end()
    // An answer that was being written stays as far as it came.
    if (isMidLine) stdout.write('\n')
    isMidLine = false
    stderr.write(`${text}\n`)
  }
  return {
    isLive: stdout.isTTY,
    print(text) {
      progress.end()
      stdout.write(`${text}\n`)
    },
    stream(piece) {
      progress.end()
      stdout.write(piece)
      if (piece !== '') isMidLine = !piece.endsWith('\n')
    },
    note(text) {
      if (!isQuiet) tell(text)
    },
    error: (text) => {
      tell(`kosmos2: ${text}`)
    },
    progress,
  }
}
