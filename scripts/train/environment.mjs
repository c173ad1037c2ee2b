// The Python that trains: one that a person names, or the project's own environment .venv-train, made when it is missing.
import { existsSync } from 'node:fs'
import { mkdir, readFile, statfs } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pythonEnvironment } from '../setup/environment.mjs'
import { readJson, writeJson } from '../setup/files.mjs'
import { hashFiles } from '../setup/hash.mjs'
import { inProject, root } from '../setup/paths.mjs'
import { Problem } from '../setup/problem.mjs'
import { ask } from '../setup/run.mjs'
import { findPython, makeEnvironment } from '../setup/virtual-environment.mjs'

const folder = inProject('.venv-train')
const requirements = inProject('scripts', 'train', 'requirements.txt')
/** Written last, so that an interrupted environment has none. */
const stamp = join(folder, 'kosmos2-train.json')
/** What torch and its libraries take, and what pip unpacks beside them, in bytes. */
const neededSpace = 9e9

/**
 * The path of a Python that has what the training needs.
 * @param {string | undefined} given - a person's own, undefined for the project's environment
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 * @throws {Problem} when it lacks something or cannot be made
 */
export async function trainingPython(given, signal) {
  if (given === undefined) return ownEnvironment(signal)
  await checkPackages(given)
  return given
}

/** @param {AbortSignal} signal */
async function ownEnvironment(signal) {
  const python = join(folder, 'bin', 'python')
  const made = {
    folder,
    requirements: await hashFiles(root, [relative(root, requirements)]),
  }
  /** @type {typeof made | undefined} */
  const stamped = await readJson(stamp)
  if (stamped?.folder === made.folder && stamped.requirements === made.requirements && existsSync(python))
    return python
  const found = await findPython('training')
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < neededSpace)
    throw new Problem(
      `The Python packages for training need about ${gigabytes(neededSpace)}, and the disk has ${gigabytes(bavail * bsize)} free; free some, or name an interpreter that has them with --python PATH.`,
    )
  console.log(
    `Making ${relative(root, folder)} with the packages of scripts/train/requirements.txt: torch brings about 5 GB on Linux, most of it NVIDIA's libraries. An interpreter that has them can be named instead: --python PATH.`,
  )
  await makeEnvironment(folder, found.path, ['-r', requirements], gigabytes(neededSpace), signal)
  await writeJson(stamp, made)
  return python
}

/** @param {number} bytes */
const gigabytes = (bytes) => `${Math.round(bytes / 1e9)} GB`

/**
 * @param {string} python
 * @throws {Problem} unless it runs and has the packages
 */
async function checkPackages(python) {
  const answer = await ask(python, ['-c', question], pythonEnvironment())
  if (answer === undefined)
    throw new Problem(
      `${python} is no Python that runs; give the path of one with --python, or leave that out.`,
    )
  const names = answer.split(' ').filter((name) => name !== '')
  const pins = (await readFile(requirements, 'utf8')).split('\n')
  const missing = names.map((name) => pins.find((pin) => pin.startsWith(`${name}==`)) ?? name)
  if (missing.length > 0)
    throw new Problem(
      `${python} lacks ${missing.join(', ')}; install what scripts/train/requirements.txt lists (${python} -m pip install -r scripts/train/requirements.txt), or leave --python out.`,
    )
}

/** Asks which packages are missing; a transformers without that module is too old, and counts as missing. */
const question = `
from importlib.util import find_spec
def there(module):
    try: return find_spec(module) is not None
    except ModuleNotFoundError: return False
needed = {"numpy": "numpy", "PIL": "pillow", "safetensors": "safetensors", "tokenizers": "tokenizers", "torch": "torch",
    "transformers.models.clip.image_processing_pil_clip": "transformers"}
print(*[name for module, name in needed.items() if not there(module)])
`
