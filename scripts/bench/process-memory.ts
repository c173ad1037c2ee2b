// What memory a process has of its own: pages that no file backs (RssAnon in proc(5)). Mapped weights are not counted,
// as the system may drop them at any time. Linux alone tells.
import { readFile } from 'node:fs/promises'

/** @param pid - a process of this machine. @returns bytes; undefined where the system does not tell */
export async function anonymousBytes(pid: number | 'self' = 'self'): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(status)
  return match === null ? undefined : Number(match[1]) * 1024
}

const INTERVAL_MS = 10

/**
 * Watches how much it becomes. What lasts less than the interval of 10 ms may be missed.
 * @returns ends the watch, and tells the largest number of bytes seen; undefined where the system does not tell
 */
export function watchPeak(pid: number): () => number | undefined {
  let peak: number | undefined
  let looking = false
  const look = async () => {
    if (looking) return
    looking = true
    const bytes = await anonymousBytes(pid)
    if (bytes !== undefined) peak = Math.max(peak ?? 0, bytes)
    looking = false
  }
  const timer = setInterval(() => void look(), INTERVAL_MS)
  return () => {
    clearInterval(timer)
    return peak
  }
}
