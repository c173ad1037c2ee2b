// What the demo's server is made of.
import type { Kosmos2Processor } from '../index.ts'
import type { Limits, State } from './api.ts'
import type { Models } from './models.ts'
import type { PictureStore } from './picture-store.ts'
import type { Queue } from './queue.ts'
import type { Guard } from './security.ts'

/** What the server is made of. */
export interface Services {
  readonly guard: Guard
  /** Of all the models. */
  readonly processor: Kosmos2Processor
  readonly models: Models
  readonly pictures: PictureStore
  readonly queue: Queue
  readonly limits: Limits
  readonly state: () => State
  /** Folders, and which of their files may be given out; all of the page's. */
  readonly page: string
  readonly examples: SharedFiles | undefined
  readonly stickers: SharedFiles | undefined
  /** Origins that may show the page in a frame. */
  readonly frames: readonly string[]
  /** Told of faults of the server itself. */
  readonly onError: (error: unknown) => void
  /** Aborted when the server stops: what runs ends with its reason. */
  readonly stop: AbortSignal
}

/** Files of a folder that may be given out, and no others. */
export interface SharedFiles {
  readonly folder: string
  readonly files: readonly string[]
}
