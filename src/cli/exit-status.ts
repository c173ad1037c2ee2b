// How the command `kosmos2` ends, for scripts that ask.

export const EXIT = {
  success: 0,
  /** Something could not be done: a picture that cannot be read, a damaged model, no runtime. */
  failure: 1,
  /** The command line itself is wrong: nothing was begun. */
  usage: 2,
  /** Ctrl-C, as shells count it: 128 and the signal's number. */
  interrupted: 130,
} as const

/** The command line is wrong; the message says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
