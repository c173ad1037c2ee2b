// What the set-up is made of: parts that say whether they are ready and that can be made.

/**
 * @typedef {object} PartState
 * @property {'ready' | 'missing' | 'outdated'} state
 * @property {string} version - what is there, or what will be
 */

/**
 * @typedef {object} Part
 * @property {string} name - for `--only`
 * @property {string} title - for people
 * @property {readonly string[]} needs - names of the parts that it is made with
 * @property {() => Promise<PartState>} check - quick: it runs at each start
 * @property {() => Promise<void>} [require] - throws a Problem when something is missing that only a person can get
 * @property {(signal: AbortSignal) => Promise<void>} make - makes it anew, whatever an interrupted run has left
 */

/** @param {string} version @returns {PartState} */
export const ready = (version) => ({ state: 'ready', version })

/** @param {string} version @returns {PartState} */
export const missing = (version) => ({ state: 'missing', version })

/** @param {string} version @returns {PartState} */
export const outdated = (version) => ({ state: 'outdated', version })
