// One set-up at a time in one checkout. The lock is a file with its owner's process id, touched every second: when
// the owner is gone or silent, the next one takes it over.
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMissing } from './hash.mjs'
import { setupFolder } from './paths.mjs'

const path = join(setupFolder, 'lock')
/** A dead owner's commands end within their grace of 5 s (supervise.mjs); after this they are gone. */
const deadAfter = 8_000
/** A living process with the owner's id that does not touch the lock is another program. */
const silentAfter = 60_000

/**
 * Takes the lock, waiting for another set-up to end.
 * @param {(owner: number) => void} onWait - called once, with the process id that is waited for
 * @param {AbortSignal} signal - ends the waiting
 * @returns {Promise<() => Promise<void>>} what gives it back
 */
export async function takeLock(onWait, signal) {
  await mkdir(setupFolder, { recursive: true })
  const mine = `${process.pid} ${Date.now()}`
  for (let waited = false; ;) {
    try {
      await writeFile(path, mine, { flag: 'wx' })
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const stale = await staleOwner()
    if (stale !== undefined) {
      await takeAway(stale)
      continue
    }
    if (!waited) onWait(await owner())
    waited = true
    await sleep(250, undefined, { signal })
  }
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {})
  }, 1000)
  heartbeat.unref()
  return async () => {
    clearInterval(heartbeat)
    if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path)
  }
}

/** @returns {Promise<string | undefined>} the content of a lock that nobody holds any more */
async function staleOwner() {
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    const silence = Date.now() - mtimeMs
    const stale = silence > silentAfter || (silence > deadAfter && !isAlive(Number.parseInt(content, 10)))
    return stale ? content : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Removes a stale lock, and only that: another process may have replaced it by its own in the meantime. */
async function takeAway(/** @type {string} */ stale) {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  if ((await readFile(aside, 'utf8')) === stale) await rm(aside, { force: true })
  else await rename(aside, path)
}

async function owner() {
  return Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10) || 0
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
