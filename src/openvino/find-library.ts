// Where OpenVINO's C library may be, in the order in which places are searched. The names and paths of every system are
// pure functions of a description of it; only `findLibraries` looks at the disk.
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pathsOf, runtimeCacheFolder, type System, thisSystem } from './cache-folder.ts'

/** How a library was found. */
export type FoundBy = 'environment variable' | 'virtual environment' | 'fetched runtime' | 'system'

/** A folder to search; `*` in a part of its path stands for any name, as in `python3.*`. */
export interface Place {
  readonly foundBy: FoundBy
  readonly folder: string
  /** The variable that names it. */
  readonly variable?: string
}

/** A library that was found. */
export interface FoundLibrary {
  readonly foundBy: FoundBy
  readonly path: string
}

/** The variable that names the library or the folder it is in. */
export const LIBRARY_VARIABLE = 'KOSMOS2_OPENVINO'

/** This package's own folder: src/openvino and dist/openvino lie equally deep in it. */
const packageFolder = (): string => fileURLToPath(new URL('../..', import.meta.url))

/** The library's name on a system, without a version. */
export const libraryName = (platform: string = process.platform): string =>
  platform === 'win32' ? 'openvino_c.dll' : platform === 'darwin' ? 'libopenvino_c.dylib' : 'libopenvino_c.so'

/** Whether a file's name is that of OpenVINO's C library, of whatever version: `libopenvino_c.so.2641`. */
export function isLibraryName(name: string, platform: string): boolean {
  if (platform === 'win32') return name.toLowerCase() === libraryName(platform)
  return platform === 'darwin'
    ? /^libopenvino_c(\.[\d.]+)?\.dylib$/.test(name)
    : /^libopenvino_c\.so(\.[\d.]+)?$/.test(name)
}

/**
 * The version in a file's name, to prefer the newest: `2641` and `2026.4.1` are the same.
 * @returns for example `[2026, 4, 1]`; empty without one
 */
export function versionInName(name: string): number[] {
  const [, text = ''] = /(?:\.so\.|libopenvino_c\.)([\d.]+?)(?:\.dylib)?$/.exec(name) ?? []
  const [, year, minor, patch] = /^(\d\d)(\d)(\d)$/.exec(text) ?? []
  if (year !== undefined) return [2000 + Number(year), Number(minor), Number(patch)]
  return text === '' ? [] : text.split('.').map(Number)
}

/** Where libraries lie below an OpenVINO installation (its `setupvars`), and below a Python package of it. */
function installed(system: System, root: string): string[] {
  const path = pathsOf(system)
  const cpu = system.arch === 'arm64' ? 'arm64' : 'intel64'
  const inArchive: Record<string, string[]> = {
    linux: [path.join(root, 'runtime', 'lib', system.arch === 'arm64' ? 'aarch64' : cpu)],
    darwin: [path.join(root, 'runtime', 'lib', cpu, 'Release'), path.join(root, 'runtime', 'lib', cpu)],
    win32: [path.join(root, 'runtime', 'bin', cpu, 'Release')],
  }
  return inArchive[system.platform] ?? []
}

/** Where libraries may lie when `folder` is named: there, or in what one unpacks or installs there. */
function within(system: System, folder: string): string[] {
  const path = pathsOf(system)
  return [
    folder,
    path.join(folder, 'libs'), // a fetched runtime; the Python package
    path.join(folder, 'openvino', 'libs'), // a wheel
    path.join(folder, 'lib'),
    ...installed(system, folder),
    ...inEnvironment(system, folder),
  ]
}

/** The Python package in a virtual environment. */
function inEnvironment(system: System, environment: string): string[] {
  const path = pathsOf(system)
  return system.platform === 'win32'
    ? [path.join(environment, 'Lib', 'site-packages', 'openvino', 'libs')]
    : ['lib', 'lib64'].map((lib) =>
        path.join(environment, lib, 'python3.*', 'site-packages', 'openvino', 'libs'),
      )
}

/** All places, in order. */
export function places(system: System = thisSystem(), ownFolder: string = packageFolder()): Place[] {
  const path = pathsOf(system)
  const { env } = system
  const named = (variable: string, foundBy: FoundBy, folders: (value: string) => readonly string[]) =>
    env[variable] ? folders(env[variable]).map((folder): Place => ({ foundBy, folder, variable })) : []
  const of = (foundBy: FoundBy, ...folders: readonly string[]) =>
    folders.map((folder): Place => ({ foundBy, folder }))
  return [
    ...named(LIBRARY_VARIABLE, 'environment variable', (folder) => within(system, folder)),
    ...of('virtual environment', ...inEnvironment(system, path.join(ownFolder, '.venv'))),
    ...named('VIRTUAL_ENV', 'virtual environment', (folder) => inEnvironment(system, folder)),
    ...of('fetched runtime', path.join(runtimeCacheFolder(system), 'openvino-*', 'libs')),
    ...named('INTEL_OPENVINO_DIR', 'system', (folder) => installed(system, folder)),
    // CMake's variable: <installation>/runtime/cmake
    ...named('OpenVINO_DIR', 'system', (folder) => installed(system, path.dirname(path.dirname(folder)))),
    ...of('system', ...systemFolders(system)),
  ]
}

function systemFolders(system: System): string[] {
  const path = pathsOf(system)
  if (system.platform === 'win32') {
    const programs = [system.env['ProgramFiles(x86)'], system.env.ProgramFiles].filter(
      (one) => one !== undefined,
    )
    return programs.flatMap((folder) => installed(system, path.join(folder, 'Intel', 'openvino*')))
  }
  const archives = installed(system, '/opt/intel/openvino*')
  if (system.platform === 'darwin') return ['/opt/homebrew/lib', '/usr/local/lib', ...archives]
  const triplet = system.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  return ['/usr/local/lib', `/usr/lib/${triplet}`, '/usr/lib64', '/usr/lib', ...archives]
}

/** The libraries that are there, in order; in each place the newest first. */
export function findLibraries(
  searched: readonly Place[] = places(),
  platform: string = process.platform,
): FoundLibrary[] {
  const path = pathsOf({ platform })
  const found: FoundLibrary[] = []
  for (const { foundBy, folder, variable } of searched) {
    // The variable may name the file itself, whatever it is called.
    if (variable === LIBRARY_VARIABLE && isFile(folder)) found.push({ foundBy, path: folder })
    for (const existing of expand(folder)) {
      const names = list(existing).filter((name) => isLibraryName(name, platform))
      names.sort((a, b) => compareVersions(versionInName(b), versionInName(a)))
      for (const name of names) found.push({ foundBy, path: path.join(existing, name) })
    }
  }
  return found
}

/** The folders that a path with `*` stands for, highest version first. */
function expand(pattern: string): string[] {
  const star = /^(.*?)([^\\/]*\*[^\\/]*)(.*)$/s.exec(pattern)
  if (star === null) return [pattern]
  const [, before = '', name = '', after = ''] = star
  const [prefix = '', suffix = ''] = name.split('*')
  return list(before)
    .filter((one) => one.startsWith(prefix) && one.endsWith(suffix))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .flatMap((one) => expand(`${before}${one}${after}`))
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

/** The names in a folder; none if it cannot be read. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
