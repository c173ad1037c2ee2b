// OpenVINO for this process: found and loaded at the first use, and then always the same.
import { OpenVINOError } from '../errors.ts'
import { addon } from './addon.ts'
import { findLibraries, type FoundBy, LIBRARY_VARIABLE, libraryName, places } from './find-library.ts'
import { loadLibrary } from './library.ts'
import { loadOpenVINONode } from './openvino-node.ts'
import type { NodeAddon } from './types.ts'

const BINDINGS = ['openvino-node', 'libopenvino_c'] as const
/** The variable that chooses between the bindings. */
const BINDING_VARIABLE = 'KOSMOS2_OPENVINO_BINDING'

/** What runs OpenVINO here. */
export interface Runtime {
  /** The user's own addon, or OpenVINO's C library called by this package. */
  readonly kind: (typeof BINDINGS)[number]
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
  const binding = chosenBinding()
  const refused: string[] = []
  return (
    (binding === 'libopenvino_c' ? undefined : loadInstalled(refused, binding !== undefined)) ??
    loadFound(refused)
  )
}

/** Naming a library chooses the binding that can load one. */
function chosenBinding(): Runtime['kind'] | undefined {
  const { [BINDING_VARIABLE]: name, [LIBRARY_VARIABLE]: libraryPath } = process.env
  if (!name) return libraryPath ? 'libopenvino_c' : undefined
  const binding = BINDINGS.find((one) => one === name)
  if (binding === undefined)
    throw new TypeError(
      `Expected ${BINDINGS.join(' or ')} in the variable ${BINDING_VARIABLE} but found ${name}`,
    )
  return binding
}

function loadInstalled(refused: string[], isDemanded: boolean): Loaded | undefined {
  try {
    const installed = loadOpenVINONode()
    if (installed !== undefined) {
      const { ov, version } = installed
      return { ov, runtime: { kind: 'openvino-node', version, foundBy: 'installed package', refused } }
    }
    if (!isDemanded) return undefined
    throw new OpenVINOError(
      'BAD_ADDON',
      `The variable ${BINDING_VARIABLE} asks for openvino-node, which is not installed: \`npm install openvino-node\``,
    )
  } catch (error) {
    if (!(error instanceof OpenVINOError) || isDemanded) throw error
    refused.push(error.message)
    return undefined
  }
}

function loadFound(refused: string[]): Loaded {
  const found = findLibraries()
  // What the user named must be right: no other library instead of it.
  const named = process.env[LIBRARY_VARIABLE]
  if (named && found[0]?.foundBy !== 'environment variable')
    throw new OpenVINOError(
      'RUNTIME_NOT_FOUND',
      `The variable ${LIBRARY_VARIABLE} names ${named}, where OpenVINO's C library is not: neither a file nor a folder ` +
        `with ${libraryName()} in it, in libs, lib, openvino/libs or runtime`,
    )
  for (const { path, foundBy } of found) {
    try {
      const { version } = loadLibrary(path)
      return { ov: addon, runtime: { kind: 'libopenvino_c', version, foundBy, libraryPath: path, refused } }
    } catch (error) {
      if (!(error instanceof OpenVINOError) || foundBy === 'environment variable') throw error
      refused.push(error.message)
    }
  }
  throw notFound(refused)
}

function notFound(refused: readonly string[]): OpenVINOError {
  const searched = places().map(({ folder }) => folder)
  return new OpenVINOError(
    'RUNTIME_NOT_FOUND',
    `OpenVINO's C library was not found. Searched:\n${lines(searched)}` +
      (refused.length > 0 ? `Found, but not usable:\n${lines(refused)}` : '') +
      '`npx kosmos2 setup` fetches it; in the folder of kosmos2-openvino itself, `npm run setup` does. ' +
      `The variable ${LIBRARY_VARIABLE} names a folder or file where it is.`,
  )
}

const lines = (items: readonly string[]): string => items.map((item) => `  ${item}\n`).join('')

/**
 * OpenVINO, loaded at the first call. The user's own openvino-node if it is installed and works, else OpenVINO's C
 * library from, in this order: the variable KOSMOS2_OPENVINO (a folder or file), the virtual environment in this
 * package's folder, the activated one, what `npx kosmos2 setup` fetched, INTEL_OPENVINO_DIR and OpenVINO_DIR, and the
 * system's folders. KOSMOS2_OPENVINO_BINDING, `openvino-node` or `libopenvino_c`, demands one of the two.
 * @throws {OpenVINOError} `RUNTIME_NOT_FOUND`, which lists where it looked and what to do; for what was named or demanded
 *   `NOT_A_LIBRARY`, `WRONG_PLATFORM`, `WRONG_VERSION`, `MISSING_SYMBOLS` or `BAD_ADDON`
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

/** Which OpenVINO runs here; loads it, but compiles no model. Throws as {@link openVINO} does. */
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
