// What the tests of the hub share: a local hub with the embedded model, an empty cache, and the environment between.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { resolveCheckpoint, type ResolveOptions } from '../../src/checkpoint/hub.ts'
import { startHub, type HubServer } from './hub-server.ts'
import { temporaryFolder } from './make-safetensors.ts'

/** The repository's name on the local hub. */
export const NAME = 'someone/kosmos2-tiny'
/** The embedded model's folder, whose files the hub has. */
export const tiny = join(import.meta.dirname, '../../models/kosmos2-tiny')
export const tinyFiles: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  readdirSync(tiny)
    .filter((name) => /\.(json|safetensors)$/.test(name))
    .map((name) => [name, readFileSync(join(tiny, name))]),
)
export const weights = tinyFiles['model.safetensors']!

/** A hub, an empty cache, and an environment that leads to both and to nothing else. */
export async function setUp(
  t: TestContext,
  files: Readonly<Record<string, Uint8Array>> = tinyFiles,
): Promise<{ hub: HubServer; cache: string }> {
  const hub = await startHub(t, files)
  const home = temporaryFolder(t)
  const cache = join(home, 'hub')
  mkdirSync(cache)
  setEnvironment(t, {
    HF_HOME: home,
    HF_ENDPOINT: `${hub.endpoint}/`,
    HF_HUB_CACHE: undefined,
    HUGGINGFACE_HUB_CACHE: undefined,
    HF_TOKEN: undefined,
    HF_HUB_OFFLINE: undefined,
    TRANSFORMERS_OFFLINE: undefined,
  })
  return { hub, cache }
}

/** Sets environment variables, or unsets them, for the length of a test. */
export function setEnvironment(t: TestContext, values: Readonly<Record<string, string | undefined>>): void {
  const before = { ...process.env }
  const set = (variables: Readonly<Record<string, string | undefined>>): void => {
    for (const key of Object.keys(values)) {
      const value = variables[key]
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the one way to unset a variable
      if (value === undefined) delete process.env[key]
      else process.env[key] = value
    }
  }
  set(values)
  t.after(() => {
    set(before)
  })
}

/** Expects `resolveCheckpoint` to refuse with a CheckpointError. */
export async function expectRefusal(
  name: string,
  options: ResolveOptions,
  code: string,
  message: RegExp,
): Promise<void> {
  await assert.rejects(resolveCheckpoint(name, options), { name: 'CheckpointError', code, message })
}
