// Fetches a wheel with the user's own pip: its index, its proxies and its certificates are where they work.
import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OpenVINOError } from '../errors.ts'
import { RUNTIME_VERSION, type RuntimeWheels, WHEEL_PYTHON } from './runtime-wheels.ts'

/** Programs that may have pip, in the order in which they are tried. */
const CANDIDATES: readonly (readonly [program: string, ...args: string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['py', '-m', 'pip'],
  ['pip3'],
  ['pip'],
]
const MAX_OUTPUT = 2 ** 24

/** What to do without pip, or where its index cannot be reached. */
export const WHEEL_ADVICE =
  'or get the wheel of openvino on another machine (pip download --no-deps openvino==' +
  `${RUNTIME_VERSION}) and give it to kosmos2 setup with --wheel`

/**
 * Downloads the wheel of this system, whatever system and Python pip itself runs on; pip checks its hash.
 * @param folder - an empty folder
 * @returns the wheel's path in the folder
 * @throws {OpenVINOError} `DOWNLOAD_FAILED`, with what pip said
 */
export async function downloadWithPip(
  wheels: RuntimeWheels,
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const pip = await findPip(signal)
  const requirements = join(folder, 'requirements.txt')
  await writeFile(
    requirements,
    `openvino==${RUNTIME_VERSION} --hash=sha256:${wheels.hashes[WHEEL_PYTHON.tag]!}\n`,
  )
  const args = ['download', '--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check']
  args.push('--progress-bar=off', '--quiet', '--require-hashes', '-r', requirements, '--dest', folder)
  args.push(`--platform=${wheels.platform}`, `--python-version=${WHEEL_PYTHON.version}`)
  args.push('--implementation=cp', `--abi=${WHEEL_PYTHON.tag}`)
  try {
    await runProgram([...pip, ...args], folder, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw downloadFailed(error)
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (wheel === undefined)
    throw new OpenVINOError(
      'DOWNLOAD_FAILED',
      'pip ended without an error, but there is no wheel; is it an old one?',
    )
  return join(folder, wheel)
}

async function findPip(signal: AbortSignal | undefined): Promise<readonly string[]> {
  for (const pip of CANDIDATES) {
    try {
      await runProgram([...pip, '--version'], undefined, signal)
      return pip
    } catch {
      signal?.throwIfAborted()
    }
  }
  throw new OpenVINOError(
    'DOWNLOAD_FAILED',
    `OpenVINO comes from the Python package index, but there is no pip (tried ${CANDIDATES.map((words) => words.join(' ')).join(', ')}); install Python with pip, ${WHEEL_ADVICE}`,
  )
}

async function runProgram(
  [program, ...args]: readonly string[],
  cwd: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Settings for installing that would get into the way of a download.
  const env = { ...process.env, PIP_REQUIRE_VIRTUALENV: '0', PIP_NO_BINARY: '', PYTHONUTF8: '1' }
  await promisify(execFile)(program!, args, { cwd, env, signal, maxBuffer: MAX_OUTPUT })
}

function downloadFailed(error: unknown): OpenVINOError {
  const { stderr = '', message } = error as { stderr?: string; message: string }
  const said = stderr
    .split('\n')
    .filter((line) => /^\s*(ERROR|error)\b/.test(line))
    .join('\n')
  const isHash = /DO NOT MATCH THE HASHES/.test(stderr)
  return new OpenVINOError(
    isHash ? 'HASH_MISMATCH' : 'DOWNLOAD_FAILED',
    isHash
      ? `What pip's index has as the wheel of openvino ${RUNTIME_VERSION} is not what was published: ${said}\nLook for an index or proxy that changes files, ${WHEEL_ADVICE}`
      : `pip cannot download openvino ${RUNTIME_VERSION}; check the network, pip's index and its proxy, ${WHEEL_ADVICE}. It said:\n${said || stderr.trim() || message}`,
    { cause: error },
  )
}
