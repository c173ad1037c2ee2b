// The graphs with outputs for each layer, and the box refiner: checked and compiled when they are first needed, so that
// nobody else pays for them.
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { BOX_REFINER_GRAPH } from '../architecture/box-refiner.ts'
import type { DetailedName } from '../architecture/layer-outputs.ts'
import { POSITION_EMBEDDING } from '../checkpoint/expected-tensors.ts'
import { CheckpointError } from '../errors.ts'
import { type IrFolder, readGraph } from '../ir/open-ir.ts'
import { binOf, type PartName } from '../ir/parts.ts'
import { readStored } from '../ir/read-weight.ts'
import { readStamp } from '../ir/stamp.ts'
import type { CompiledModel } from '../openvino/types.ts'
import type { Float32Tensor } from '../tensor.ts'

export interface DetailedModels {
  /** Whether there is a box refiner. */
  readonly refinesBoxes: boolean
  /** @throws {CheckpointError} `BAD_IR` where the folder is not what it was; and what compiling throws */
  open(name: OnDemandName): Promise<CompiledModel>
  /** The positions of a usual picture, float32 [1 + P, Dv]. */
  positions(): Promise<Float32Tensor>
  /** Frees what is open. */
  dispose(): Promise<void>
}

/** What is compiled when it is first needed. */
type OnDemandName = DetailedName | typeof BOX_REFINER_GRAPH

/** @param compile - compiles a graph, given the paths of its .xml and .bin, as the part that it belongs to or is like */
export function detailedModels(
  { folder, stamp }: IrFolder,
  compile: (xml: string, bin: string, part: PartName) => Promise<CompiledModel>,
): DetailedModels {
  const place = resolve(folder) // now, for the process may move to another folder
  const models = new Map<OnDemandName, Promise<CompiledModel>>()
  let kept: Promise<Float32Tensor> | undefined

  /** The graphs of another conversion may be the same, and its numbers in the same places. */
  const expectSame = async (): Promise<void> => {
    if (isDeepStrictEqual(await readStamp(place), stamp)) return
    throw new CheckpointError('BAD_IR', `${place}: it was converted anew since it was opened; open it again`)
  }
  const open = async (name: OnDemandName): Promise<CompiledModel> => {
    await expectSame()
    await readGraph(place, stamp, name)
    const bin = binOf(name)
    // A box refiner looks at pictures, as vision does.
    const part = bin === BOX_REFINER_GRAPH ? 'vision' : bin
    return await compile(join(place, `${name}.xml`), join(place, `${bin}.bin`), part)
  }
  const readPositions = async (): Promise<Float32Tensor> => {
    await expectSame()
    const graph = await readGraph(place, stamp, 'vision')
    return (await readStored(graph, join(place, 'vision.bin'), POSITION_EMBEDDING)) as Float32Tensor
  }
  return {
    refinesBoxes: stamp.boxRefiner !== undefined,
    open(name) {
      const known = models.get(name)
      if (known !== undefined) return known
      const model = open(name)
      models.set(name, model)
      model.catch(() => models.delete(name)) // another time there may be more memory
      return model
    },
    positions: () => (kept ??= readPositions()),
    async dispose() {
      const settled = await Promise.allSettled(models.values())
      models.clear()
      for (const model of settled) if (model.status === 'fulfilled') model.value.dispose?.()
    },
  }
}
