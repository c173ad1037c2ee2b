// OpenVINO for this process: found and loaded at the first use, and then always the same.
import { OpenVINOError } from '../errors.ts'
import { addon } from './addon.ts'
import { findLibraries, type FoundBy, LIBRARY_VARIABLE, places } from './find-library.ts'
import { loadLibrary } from './library.ts'
import type { NodeAddon } from './types.ts'

/** What runs OpenVINO here. */
export interface Runtime {
  /** The user's own addon, or OpenVINO's C library called by this package. */
  readonly kind: 'openvino-node' | 'libopenvino_c'
  /** OpenVINO's build number, such as `2026.4.1-22021-abcdef`. */
  readonly version: string
  readonly foundBy: FoundBy | 'installed package'
  /** The file of the C library. */
  readonly libraryPath?: string
  /** What was found before it and cannot be used, and why. */
  readonly refused: readonly string[]
}

interface Loaded {
  readonly ov: NodeAddon
  readonly runtime: Runtime
}
let loaded: Loaded | undefined

function load(): Loaded {
  const refused: string[] = []
  for (const { path, foundBy } of findLibraries()) {
    try {
      const { version } = loadLibrary(path)
      return { ov: addon, runtime: { kind: 'libopenvino_c', version, foundBy, libraryPath: path, refused } }
    } catch (error) {
      // What the user named must be right; elsewhere the next may be.
      if (!(error instanceof OpenVINOError) || foundBy === 'environment variable') throw error
      refused.push(error.message)
    }
  }
  throw notFound(refused)
}

function notFound(refused: readonly string[]): OpenVINOError {
  const searched = [...new Set(places().map(({ folder }) => folder))]
  return new OpenVINOError(
    'RUNTIME_NOT_FOUND',
    `OpenVINO's C library was not found. Searched:\n${searched.map((folder) => `  ${folder}`).join('\n')}\n` +
      (refused.length > 0 ? `Not usable:\n${refused.map((reason) => `  ${reason}`).join('\n')}\n` : '') +
      `\`npx kosmos2 setup\` fetches it; in this project's own folder \`npm run setup\` does; ` +
      `the variable ${LIBRARY_VARIABLE} names a folder or file where it is.`,
  )
}

/**
 * OpenVINO, loaded at the first call.
 * @throws {OpenVINOError} `RUNTIME_NOT_FOUND`, `NOT_A_LIBRARY`, `WRONG_PLATFORM`, `WRONG_VERSION`, `MISSING_SYMBOLS` or
 *   `BAD_ADDON`
 */
export function openVINO(): {
  ov: NodeAddon
  source: Runtime['kind']
  version: string
  libraryPath?: string
} {
  loaded ??= load()
  const { kind, version, libraryPath } = loaded.runtime
  return { ov: loaded.ov, source: kind, version, ...(libraryPath !== undefined && { libraryPath }) }
}

/** Which OpenVINO runs here; loads it, but compiles nothing. Throws as {@link openVINO} does. */
export function findRuntime(): Runtime {
  loaded ??= load()
  return loaded.runtime
}

/**
 * OpenVINO with `openvino-node`'s API, found and loaded when one of its members is first asked for:
 * `new ov.Core().getAvailableDevices()`.
 */
export const ov: NodeAddon = Object.freeze(
  Object.defineProperties(
    {},
    Object.fromEntries(
      Object.keys(addon).map((name) => [
        name,
        { enumerable: true, get: (): unknown => Reflect.get(openVINO().ov, name) },
      ]),
    ),
  ),
) as NodeAddon
