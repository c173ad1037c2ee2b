// The models that are in memory: made ready one at a time in the background, as many as there is room for, the least
// recently used given up first.
import { OpenVINOError } from '../errors.ts'
import { convert, Kosmos2, ov } from '../index.ts'
import type { Device, LoadProgress, ModelEntry, ModelRequest, Weights } from './api.ts'
import { CONVERTED_WEIGHTS, type ModelFamily } from './model-family.ts'
import { Refusal } from './refusal.ts'

/** The device that OpenVINO always has, and the original's. */
const CPU = 'CPU'

/** Progress is told this often at most. */
const PROGRESS_MS = 100

/** A model in use: it stays in memory until it is released. */
export interface Lease {
  readonly id: string
  /** @throws {Refusal} `MODEL_FAILED` */
  readonly ready: Promise<Kosmos2>
  release(): void
}

/** What listens to the models. */
export interface ModelListener {
  /** A state has changed. */
  changed?(): void
  progress?(model: string, progress: LoadProgress): void
}

export interface Models {
  readonly defaultId: string
  readonly devices: readonly Device[]
  entries(): ModelEntry[]
  /** Asks for a model, which is made ready if it is not. @throws {Refusal} `MODEL_UNKNOWN` */
  use(id: string): Lease
  /** Makes a model ready in the background. @throws {Refusal} `BAD_REQUEST` for what there cannot be */
  prepare(request: ModelRequest): ModelEntry
  /** @returns what ends the listening */
  listen(listener: ModelListener): () => void
  /** Ends what is being made ready, and frees all models but the one that was given. */
  dispose(): Promise<void>
}

interface Slot {
  readonly id: string
  readonly weights: Weights
  readonly device: string
  kosmos?: Kosmos2 | undefined
  loading?: Promise<Kosmos2> | undefined
  progress?: LoadProgress | undefined
  failure?: string | undefined
  bytes?: number | undefined
  users: number
}

/**
 * Makes the models of a family available.
 * @param given - one that is loaded already; it is the default, is never given up, and stays the caller's
 * @param most - how many may be in memory, that one included
 */
export async function createModels(
  family: ModelFamily,
  given: Kosmos2 | undefined,
  most: number,
): Promise<Models> {
  const { default: pLimit } = await import('p-limit')
  const oneAtATime = pLimit(1)
  const stop = new AbortController()
  const devices = availableDevices()
  // In the order of the list: forms, then what was asked for on other devices.
  const slots = new Map<string, Slot>()
  // In the order of their last use.
  const loaded = new Set<Slot>()
  const listeners = new Set<ModelListener>()
  const changed = (): void => {
    for (const listener of listeners) listener.changed?.()
  }

  const addSlot = (weights: Weights, device: string): Slot => {
    const id = weights === 'original' ? weights : `${weights}@${device}`
    const slot = slots.get(id) ?? { id, weights, device, users: 0 }
    slots.set(id, slot)
    return slot
  }
  const defaultDevice = given?.device ?? CPU
  for (const weights of family.forms) addSlot(weights, weights === 'original' ? CPU : defaultDevice)
  const first = addSlot(family.weights, family.weights === 'original' ? CPU : defaultDevice)
  if (given !== undefined) {
    first.kosmos = given
    loaded.add(first)
  }
  const measure = async (slot: Slot): Promise<void> => {
    slot.bytes = await family.bytes(slot.weights)
  }
  await Promise.all([...slots.values()].map(measure))

  const touch = (slot: Slot): void => {
    if (loaded.delete(slot)) loaded.add(slot)
  }

  /** Waits until there is room for one more, and makes it. */
  const makeRoom = async (): Promise<void> => {
    while (loaded.size >= most) {
      stop.signal.throwIfAborted()
      const idle = [...loaded].find(({ users, kosmos }) => users === 0 && kosmos !== given)
      if (idle === undefined) await nextRelease()
      else {
        const { kosmos } = idle
        idle.kosmos = undefined
        loaded.delete(idle)
        await kosmos?.dispose()
      }
    }
  }
  let waiting: (() => void)[] = []
  const nextRelease = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  const tellRelease = (): void => {
    for (const resume of waiting) resume()
    waiting = []
  }

  const load = async (slot: Slot): Promise<Kosmos2> => {
    const { signal } = stop
    signal.throwIfAborted()
    await makeRoom()
    let toldAt = -Infinity
    const tell = (part: string, done: number, total: number): void => {
      slot.progress = { part, loaded: done, total }
      if (performance.now() - toldAt < PROGRESS_MS && done < total) return
      toldAt = performance.now()
      for (const listener of listeners) listener.progress?.(slot.id, slot.progress)
    }
    if (slot.weights === 'original') {
      tell('read', 0, slot.bytes ?? 0)
      return await Kosmos2.from_pretrained(family.checkpoint!, {
        signal,
        onProgress: ({ loaded: done, total }) => {
          tell('download', done, total)
        },
      })
    }
    const folder = family.folder(slot.weights)
    if (family.checkpoint !== undefined)
      await convert(family.checkpoint, folder, {
        ...(await family.convertOptions(slot.weights)),
        signal,
        onProgress({ phase, done, total }) {
          tell(phase, done, total)
        },
      })
    return await Kosmos2.from_pretrained(folder, {
      device: slot.device,
      signal,
      onProgress: ({ loaded: done, total }) => {
        tell('compile', done, total)
      },
    })
  }

  const start = (slot: Slot): Promise<Kosmos2> => {
    if (slot.kosmos !== undefined) {
      touch(slot)
      return Promise.resolve(slot.kosmos)
    }
    if (slot.loading !== undefined) return slot.loading
    slot.failure = undefined
    slot.progress = { part: 'wait', loaded: 0, total: 0 }
    const loading = oneAtATime(() => load(slot)).then(
      async (kosmos) => {
        slot.kosmos = kosmos
        loaded.add(slot)
        await measure(slot)
        return kosmos
      },
      (error: unknown) => {
        slot.failure = error instanceof Error ? error.message : String(error)
        throw new Refusal('MODEL_FAILED', slot.failure, { cause: error })
      },
    )
    slot.loading = loading.finally(() => {
      slot.loading = undefined
      slot.progress = undefined
      changed()
    })
    // Whoever waits hears of it; where nobody does, the entry says it.
    slot.loading.catch(() => undefined)
    changed()
    return slot.loading
  }

  const entry = (slot: Slot): ModelEntry => {
    const { id, weights, device, kosmos, loading, failure, bytes, progress } = slot
    const state =
      kosmos !== undefined
        ? 'ready'
        : loading !== undefined
          ? 'loading'
          : failure !== undefined
            ? 'failed'
            : 'available'
    return {
      id,
      name: `${family.name} ${weights === 'original' ? 'original' : weights.toUpperCase()}`,
      weights,
      device,
      state,
      ...(state === 'failed' && { message: failure! }),
      ...(bytes !== undefined && { bytes }),
      ...(state === 'loading' && progress && { progress }),
    }
  }

  return {
    defaultId: first.id,
    devices,
    entries: () => [...slots.values()].map(entry),
    use(id) {
      const slot = slots.get(id)
      if (slot === undefined)
        throw new Refusal(
          'MODEL_UNKNOWN',
          `Expected one of ${[...slots.keys()].join(', ')} for model but received ${JSON.stringify(id).slice(0, 80)}; ` +
            'POST api/models adds another device',
        )
      slot.users++
      let isHeld = true
      return {
        id,
        ready: start(slot),
        release() {
          if (!isHeld) return
          isHeld = false
          slot.users--
          tellRelease()
        },
      }
    },
    prepare({ weights, device = weights === 'original' ? CPU : defaultDevice }) {
      if (!family.forms.includes(weights))
        throw new Refusal(
          'BAD_REQUEST',
          `Expected one of ${family.forms.join(', ')} for weights but received ${weights}`,
        )
      const known = weights === 'original' ? [CPU] : devices.map(({ name }) => name)
      if (!known.includes(device) && !(device === CPU && known.length === 0))
        throw new Refusal(
          'BAD_REQUEST',
          `Expected one of ${known.join(', ')} for device, where ${weights} can run, but received ${JSON.stringify(device).slice(0, 80)}`,
        )
      const slot = addSlot(weights, device)
      void start(slot).catch(() => undefined)
      return entry(slot)
    },
    listen(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    async dispose() {
      stop.abort(new Refusal('STOPPING', 'The server is being stopped'))
      tellRelease()
      for (const { loading } of slots.values()) await loading?.catch(() => undefined)
      for (const { kosmos } of loaded) if (kosmos !== given) await kosmos?.dispose()
      loaded.clear()
    },
  }
}

/** OpenVINO's devices; none where it is not installed, which only the original does without. */
function availableDevices(): Device[] {
  try {
    const core = new ov.Core()
    return core.getAvailableDevices().map((name) => ({
      name,
      fullName: String(core.getProperty(name, 'FULL_DEVICE_NAME')),
    }))
  } catch (error) {
    if (error instanceof OpenVINOError) return []
    throw error
  }
}

/** Whether a word names a form. */
export function isWeights(value: unknown): value is Weights {
  return value === 'original' || CONVERTED_WEIGHTS.some((weights) => weights === value)
}
