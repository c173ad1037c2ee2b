// The set-up: which parts are not ready, and making those, each as soon as the parts that it needs are done.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from './build.mjs'
import { jupyter } from './jupyter.mjs'
import { takeLock } from './lock.mjs'
import { node } from './node.mjs'
import { notebooksPackage } from './notebooks-package.mjs'
import { packages } from './packages.mjs'
import { setupFolder } from './paths.mjs'
import { createProgress } from './progress.mjs'
import { python } from './python.mjs'
import { runtime } from './runtime.mjs'

/** @typedef {import('./part.mjs').Part} Part */

/** All parts, each after those that it needs. @type {readonly Part[]} */
export const allParts = [packages, node, python, jupyter, notebooksPackage, build, runtime]

/** The parts of these names and those that they need. @param {readonly string[]} names */
export function partsFor(names) {
  /** @type {Set<string>} */
  const wanted = new Set(names)
  for (const part of allParts.toReversed()) {
    if (wanted.has(part.name)) for (const need of part.needs) wanted.add(need)
  }
  return allParts.filter((part) => wanted.has(part.name))
}

/**
 * Makes what is missing or outdated.
 * @param {AbortSignal} signal - ends it; what is half made is made anew the next time
 * @param {readonly Part[]} [parts]
 * @returns {Promise<readonly string[]>} the names of the parts that were made
 */
export async function setUp(signal, parts = allParts) {
  if ((await notReady(parts)).length === 0) return []
  const progress = createProgress()
  const unlock = await takeLock((owner) => {
    progress.print(`Another set-up of this folder is at work (process ${owner}); waiting for it.`)
  }, signal)
  try {
    const toMake = await notReady(parts)
    if (toMake.length === 0) return []
    progress.print(`Setting up: ${toMake.map(({ title }) => title).join(', ')}`)
    await rm(join(setupFolder, 'tmp'), { recursive: true, force: true })
    // What only a person can get is said before anything is begun.
    await Promise.all(toMake.map(async (part) => part.require?.()))
    return await makeParts(parts, progress, signal)
  } finally {
    progress.close()
    await unlock()
  }
}

/** @param {readonly Part[]} parts */
async function notReady(parts) {
  const states = await Promise.all(parts.map((part) => part.check()))
  return parts.filter((_, i) => states[i]?.state !== 'ready')
}

/**
 * @param {readonly Part[]} parts
 * @param {ReturnType<typeof createProgress>} progress
 * @param {AbortSignal} signal
 */
async function makeParts(parts, progress, signal) {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  /** @type {string[]} */
  const made = []
  /** @type {Map<string, Promise<void>>} */
  const jobs = new Map()
  for (const part of parts) jobs.set(part.name, finish(part))
  // All of them end before the lock is given back; the first failure is the one that is told.
  await Promise.allSettled(parts.map(({ name }) => done(name)))
  failed.signal.throwIfAborted()
  return made

  /** @param {string} name */
  async function done(name) {
    await jobs.get(name)
  }

  /** @param {Part} part */
  async function finish(part) {
    try {
      await Promise.all(part.needs.map(done))
      either.throwIfAborted()
      if ((await part.check()).state === 'ready') return
      await progress.step(part.title, () => part.make(either))
      made.push(part.name)
    } catch (error) {
      failed.abort(error)
      throw error
    }
  }
}
