// Loading OpenVINO's C library through koffi (https://koffi.dev). One library a process: its objects cannot be mixed
// with another's.
import { createRequire } from 'node:module'
import { OpenVINOError } from '../errors.ts'
import { checkLibraryFile } from './library-file.ts'
import { type NativeFunctions, SIGNATURES } from './signatures.ts'

/** The major version that this binding is written for and tested with. */
export const SUPPORTED_MAJOR = 2026

type Koffi = typeof import('koffi')

/** A loaded library. */
export interface Library {
  readonly path: string
  /** OpenVINO's build number, such as `2026.4.1-22021-abcdef`. */
  readonly version: string
  readonly functions: NativeFunctions
  readonly koffi: Koffi
}

let loaded: Library | undefined

/** The functions of the library that is loaded. */
export const native = (): NativeFunctions => library().functions

/** The library that is loaded: objects exist only after {@link loadLibrary}. */
export function library(): Library {
  if (loaded === undefined) throw new OpenVINOError('RUNTIME_NOT_FOUND', 'OpenVINO is not loaded')
  return loaded
}

/**
 * Loads a library, or gives the one that is loaded if it is the same.
 * @param path - the file
 * @throws {OpenVINOError} `NOT_A_LIBRARY`, `WRONG_PLATFORM`, `WRONG_VERSION`, `MISSING_SYMBOLS`; nothing is kept then
 */
export function loadLibrary(path: string): Library {
  if (loaded?.path === path) return loaded
  if (loaded !== undefined)
    throw new Error(`OpenVINO is already loaded from ${loaded.path}; a process cannot load ${path} too`)
  checkLibraryFile(path)
  const koffi = loadKoffi()
  const functions = declareFunctions(koffi, path)
  const version = readVersion(koffi, functions)
  if (Number.parseInt(version) !== SUPPORTED_MAJOR)
    throw new OpenVINOError(
      'WRONG_VERSION',
      `${path} is OpenVINO ${version}, and this package needs ${SUPPORTED_MAJOR}.x`,
    )
  loaded = { path, version, functions, koffi }
  return loaded
}

/** Koffi runs native code on stacks of its own; OpenVINO gets as much as Node gives its threads. */
const STACK_BYTES = 8 * 2 ** 20

/** Not imported: koffi's own addon is loaded only when it is needed. */
function loadKoffi(): Koffi {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi
    try {
      koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES })
    } catch {
      // Someone else has loaded a library with it already. Half of its smallest default was enough for the text model.
    }
    return koffi
  } catch (error) {
    throw new OpenVINOError(
      'WRONG_PLATFORM',
      `The package koffi, through which OpenVINO's C library is called, has nothing for ${process.platform} on ${process.arch}`,
      { cause: error },
    )
  }
}

function declareFunctions(koffi: Koffi, path: string): NativeFunctions {
  const file = open(koffi, path)
  const pointer = 'void *'
  const dimension = { min: 'int64', max: 'int64' }
  const partialShape = koffi.struct({ rank: koffi.struct(dimension), dims: pointer })
  const letters: Record<string, string | ReturnType<Koffi['struct']>> = {
    p: pointer,
    s: 'const char *',
    w: 'const wchar_t *',
    n: 'size_t',
    i: 'int',
    S: koffi.struct({ rank: 'int64', dims: pointer }),
    P: koffi.pointer(koffi.struct({ key: 'const char *', value: 'const char *' })),
    t: koffi.pointer('const char *'),
    d: koffi.pointer(partialShape),
  }
  const functions: Record<string, unknown> = {}
  const missing: string[] = []
  for (const [result, group] of Object.entries(SIGNATURES)) {
    for (const [name, args] of Object.entries<string>(group)) {
      try {
        functions[name] = file.func(
          name,
          result,
          Array.from(args, (letter) => letters[letter]!),
        )
      } catch {
        missing.push(name)
      }
    }
  }
  if (missing.length > 0)
    throw new OpenVINOError(
      'MISSING_SYMBOLS',
      `${path} lacks ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more functions` : ''}: ` +
        `it is no OpenVINO ${SUPPORTED_MAJOR} C library`,
    )
  return functions as NativeFunctions
}

function open(koffi: Koffi, path: string): ReturnType<Koffi['load']> {
  try {
    return koffi.load(path)
  } catch (error) {
    throw new OpenVINOError(
      'NOT_A_LIBRARY',
      `${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}

function readVersion(koffi: Koffi, functions: NativeFunctions): string {
  const version = new BigUint64Array(2) // const char *buildNumber, *description
  if (functions.ov_get_openvino_version(version) !== 0)
    throw new OpenVINOError('MISSING_SYMBOLS', 'OpenVINO does not tell its version')
  const text = koffi.decode.string(version[0])
  functions.ov_version_free(version)
  return text
}
