// From an IR folder to a compiled engine: everything about the folder, the device and the options is checked before
// OpenVINO sees any of it.
import type { Engine } from '../architecture/engine.ts'
import { checkThreads } from '../architecture/threads.ts'
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { invalidRange, invalidType, OpenVINOError, rejectUnknownOptions } from '../errors.ts'
import { openIr } from '../ir/open-ir.ts'
import { forEachPart, PART_NAMES, type PartName } from '../ir/parts.ts'
import { openVINO } from '../openvino/openvino.ts'
import type { CompiledModel } from '../openvino/types.ts'
import { withCompileCache } from './compile-cache.ts'
import { detailedModels } from './detailed-models.ts'
import { checkDevice } from './device.ts'
import { compiledEngine } from './engine.ts'
import {
  blockedScore,
  type DeviceConfig,
  deviceConfig,
  type Performance,
  PERFORMANCES,
  splitsPrompts,
} from './performance.ts'

/** How far compiling is. The parts count by the bytes of their weights. */
export interface CompileProgress {
  /** The part that is being compiled; undefined when all are. */
  readonly part: PartName | undefined
  /** Bytes of the parts that are compiled. */
  readonly loaded: number
  readonly total: number
}

/** Where and how a compiled model runs. */
export interface CompiledModelOptions {
  /** `CPU`, `GPU`, `GPU.1`, `NPU`, or `AUTO` and other names of OpenVINO. @default 'CPU' */
  readonly device?: string | undefined
  /** @default 'fast' */
  readonly performance?: Performance | undefined
  /** Processor threads of the device CPU, integer from 1; as many as OpenVINO finds best if left out. */
  readonly threads?: number | undefined
  /** OpenVINO's properties, such as `{ NUM_STREAMS: 2 }`; they win over `threads` and those of `performance`. */
  readonly config?: DeviceConfig | undefined
  /** Where compiled models are kept for the next time; null keeps none. @default see withCompileCache */
  readonly cacheFolder?: string | null | undefined
  /** Called before each part and at the end. */
  readonly onProgress?: ((progress: CompileProgress) => void) | undefined
  /** Ends opening between two parts. */
  readonly signal?: AbortSignal | undefined
}
export const COMPILED_OPTIONS = [
  'device',
  'performance',
  'threads',
  'config',
  'cacheFolder',
  'onProgress',
  'signal',
]

/**
 * Opens an IR folder.
 * @throws {CheckpointError} `NOT_AN_IR` or `BAD_IR`
 * @throws {OpenVINOError} see `openVINO` and `checkDevice`; `OUT_OF_MEMORY` and `FAILED` from compiling
 */
export async function openCompiled(
  folder: string,
  options: CompiledModelOptions = {},
): Promise<{ engine: Engine; generationConfig: GenerationConfig }> {
  rejectUnknownOptions('a compiled model', options, COMPILED_OPTIONS)
  const {
    device = 'CPU',
    performance = 'fast',
    threads,
    config = {},
    cacheFolder,
    onProgress,
    signal,
  } = options
  if (!PERFORMANCES.includes(performance))
    throw invalidRange('performance', PERFORMANCES.map((name) => `'${name}'`).join(' or '), performance)
  checkThreads(threads)
  checkConfig(config)
  signal?.throwIfAborted()
  const ir = await openIr(folder)
  const { ov, version } = openVINO()
  const core = new ov.Core()
  checkDevice(core, device)

  const asked = threads === undefined ? config : { INFERENCE_NUM_THREADS: threads, ...config }
  const properties = forEachPart((part) => deviceConfig(performance, part, ir.parts[part].weights, asked))
  const total = PART_NAMES.reduce((sum, part) => sum + ir.parts[part].weightBytes, 0)
  const compileAll = async (cache: DeviceConfig) => {
    const compiled: Partial<Record<PartName, CompiledModel>> = {}
    let loaded = 0
    try {
      for (const part of PART_NAMES) {
        signal?.throwIfAborted()
        onProgress?.({ part, loaded, total })
        compiled[part] = await core.compileModel(ir.parts[part].xml, device, {
          ...properties[part],
          ...cache,
        })
        loaded += ir.parts[part].weightBytes
      }
      signal?.throwIfAborted()
      return compiled as Record<PartName, CompiledModel>
    } catch (error) {
      for (const part of Object.values(compiled)) part.dispose?.()
      throw explain(error, total)
    }
  }
  const parts = await withCompileCache(cacheFolder, { ir, version, device, properties }, compileAll)
  onProgress?.({ part: undefined, loaded: total, total })
  const detailed = detailedModels(ir, async (xml, bin, part) => {
    const model = await core.readModel(xml, bin)
    try {
      return await core.compileModel(model, device, properties[part])
    } catch (error) {
      throw explain(error, ir.parts[part].weightBytes)
    } finally {
      model.dispose?.()
    }
  })
  const engine = compiledEngine(ov, parts, detailed, ir.config, {
    blocked: blockedScore(performance),
    splitsPrompts: splitsPrompts(performance),
  })
  return { engine, generationConfig: ir.generationConfig }
}

function checkConfig(config: unknown): asserts config is DeviceConfig {
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw invalidType('config', "an object of OpenVINO's properties", config)
  for (const [name, value] of Object.entries(config))
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw invalidType(`config.${name}`, 'a string, a number or a boolean', value)
}

/** Compiling copies the weights into the layout that the device wants, and that is where memory runs out. */
function explain(error: unknown, weightBytes: number): unknown {
  if (!(error instanceof Error) || !/bad_alloc|allocat|out of memory/i.test(error.message)) return error
  return new OpenVINOError(
    'OUT_OF_MEMORY',
    `There is not enough memory to compile a model with ${(weightBytes / 1e9).toFixed(2)} GB of weights; close other ` +
      `programs, or convert it to fewer bits (int8, int4). ${error.message}`,
    { cause: error },
  )
}
