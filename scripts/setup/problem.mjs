// What a person is told when set-up cannot go on: one sentence that says what is missing and how to get it.

/** Something that only the person can put right; the scripts print its message without a stack. */
export class Problem extends Error {
  /**
   * @param {string} message - what is wrong and how to put it right
   * @param {string} [details] - what the failing program printed, shown below the message
   */
  constructor(message, details = '') {
    super(message)
    this.name = 'Problem'
    this.details = details
  }
}

/** A command that ended with another exit status than 0. */
export class CommandFailed extends Error {
  /**
   * @param {string} command - as a person would type it
   * @param {number} status - its exit status
   * @param {string} output - the end of what it printed
   */
  constructor(command, status, output) {
    super(`\`${command}\` ended with exit status ${status}`)
    this.name = 'CommandFailed'
    this.status = status
    this.output = output
  }
}

const networkTrouble =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|NewConnectionError|ConnectTimeoutError|NameResolutionError|Temporary failure in name resolution/
const notOffered = /Could not find a version that satisfies|ETARGET|E404/
const diskFull = /ENOSPC|No space left on device/

/**
 * Turns a failed command into the sentence for it, as far as its output tells the cause.
 * @param {unknown} error - what the command's promise rejected with
 * @param {string} what - what was being done, e.g. `Installing the npm packages`
 * @param {string} registry - where it fetches from, e.g. `the npm registry`
 * @param {string} [space] - the disk space that it needs
 * @returns {unknown} a Problem for a failed command, anything else as it came
 */
export function explain(error, what, registry, space = '2 GB') {
  if (!(error instanceof CommandFailed)) return error
  const details = error.output.trim().split('\n').slice(-20).join('\n')
  if (diskFull.test(error.output))
    return new Problem(
      `${what} failed because the disk is full; free about ${space} and run this again.`,
      details,
    )
  if (networkTrouble.test(error.output))
    return new Problem(
      `${what} failed because ${registry} could not be reached; check the network or its proxy settings and run this again.`,
      details,
    )
  // pip says the same when the index does not answer.
  if (notOffered.test(error.output))
    return new Problem(
      `${what} failed because ${registry} could not be reached or lacks a pinned version for this system; check the network or its proxy settings and run this again.`,
      details,
    )
  return new Problem(`${what} failed: ${error.message}; what it printed is below.`, details)
}
