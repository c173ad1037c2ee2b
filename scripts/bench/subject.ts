// What the benchmark measures: ways to run the same weights, each opened by a few words, so that a process can be told
// which one it is.
import type { Engine } from '../../src/architecture/engine.ts'
import { openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { openCompiled } from '../../src/compiled/open-compiled.ts'
import type { DeviceConfig, Performance } from '../../src/compiled/performance.ts'
import { openOnnxEngine } from '../../src/onnx/engine.ts'
import { openPublishedShape } from './published-shape.ts'

export type Subject =
  /** A checkpoint in ONNX Runtime. */
  | { readonly kind: 'original'; readonly folder: string }
  /** An IR folder in OpenVINO, as the library runs it. */
  | {
      readonly kind: 'compiled'
      readonly folder: string
      readonly performance: Performance
      readonly config?: DeviceConfig
      /** Where compiled models are kept; none if left out. */
      readonly cacheFolder?: string
    }
  /** An IR folder with the text part that writePublishedShape put beside it. */
  | { readonly kind: 'published'; readonly folder: string; readonly published: string }

/** @returns the engine; it is to be disposed of */
export async function openSubject(subject: Subject): Promise<Engine> {
  switch (subject.kind) {
    case 'original': {
      const checkpoint = await openCheckpoint(subject.folder)
      const engine = await openOnnxEngine(checkpoint)
      return {
        ...engine,
        async dispose() {
          await engine.dispose()
          await checkpoint.close()
        },
      }
    }
    case 'compiled': {
      const { folder, performance, config, cacheFolder = null } = subject
      return (await openCompiled(folder, { performance, config, cacheFolder })).engine
    }
    case 'published':
      return await openPublishedShape(subject.folder, subject.published)
  }
}
