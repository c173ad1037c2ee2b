// Where this library keeps what can be had again: fetched runtimes and compiled models.
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

/** What places depend on, so that every system's can be computed on any. */
export interface System {
  readonly platform: string
  /** Node's name of the processor, such as `x64`. */
  readonly arch: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** The system that this runs on. */
export const thisSystem = (): System => ({
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  home: homedir(),
})

/** Joins paths as the system does. */
export const pathsOf = ({ platform }: Pick<System, 'platform'>): typeof posix =>
  platform === 'win32' ? win32 : posix

/**
 * The cache: `$KOSMOS2_CACHE`, or the folder `kosmos2-openvino` where the system keeps caches (`$XDG_CACHE_HOME` or
 * `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`). A runtime of version V lies in its folder `openvino-V`.
 */
export function runtimeCacheFolder(system: System = thisSystem()): string {
  const { env, home, platform } = system
  const path = pathsOf(system)
  if (env.KOSMOS2_CACHE) return path.resolve(env.KOSMOS2_CACHE)
  const caches =
    platform === 'win32'
      ? env.LOCALAPPDATA || path.join(home, 'AppData', 'Local')
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : env.XDG_CACHE_HOME || path.join(home, '.cache')
  return path.join(caches, 'kosmos2-openvino')
}
