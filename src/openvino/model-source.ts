// What a model was read from. OpenVINO's C library can neither copy nor write a model, but it can be read again.
import { statSync } from 'node:fs'
import { notAvailable } from './not-available.ts'
import type { Tensor } from './tensor.ts'

/** Files. */
interface FileSource {
  readonly path: string
  /** Of the weights of IR; undefined for the file beside it. */
  readonly weightsPath: string | undefined
  /** Sizes and times of change when it was read. */
  readonly stamp: string
}
/** Bytes that nobody else writes to, and weights. */
interface MemorySource {
  readonly text: Buffer
  readonly weights: Tensor
}
export type ModelSource = FileSource | MemorySource

export function fileSource(path: string, weightsPath: string | undefined): FileSource {
  return { path, weightsPath, stamp: stampOf(path, weightsPath) }
}

/** The files of IR; its weights are optional. */
export function irFiles(path: string, weightsPath: string | undefined): { xml: string; bin: string } {
  return { xml: path, bin: weightsPath ?? path.replace(/\.xml$/i, '.bin') }
}

/** Throws if a source is no longer what it was when the model was read. */
export function assertUnchanged(source: ModelSource): void {
  if ('path' in source && stampOf(source.path, source.weightsPath) !== source.stamp)
    throw notAvailable('copy or write a model, only to read it again', `${source.path} has changed since`)
}

function stampOf(path: string, weightsPath: string | undefined): string {
  const { xml, bin } = irFiles(path, weightsPath)
  const stamps = [xml, bin].map((file) => {
    const status = statSync(file, { throwIfNoEntry: false })
    return status === undefined ? '-' : `${status.size}/${status.mtimeMs}`
  })
  return stamps.join()
}
