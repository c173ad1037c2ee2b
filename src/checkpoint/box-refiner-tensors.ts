// The tensors of a box refiner, which a checkpoint may have beside KOSMOS-2's own (src/architecture/box-refiner.ts). It is
// one network of fixed sizes, whatever the model's are.
import type { ExpectedTensor } from './expected-tensors.ts'

/** Where its tensors are in a checkpoint. */
export const BOX_REFINER = 'box_refiner'
/** Samples along each side of a window, and places along it. */
export const BOX_REFINER_SIDE = 40
/** Channels at a half, a quarter and an eighth of the samples. */
const CHANNELS = { fine: 16, middle: 32, coarse: 64 }
/** Blocks of two convolutions there. */
export const BOX_REFINER_BLOCKS = { fine: 1, middle: 1, coarse: 2 }
/** Channels along an axis. */
const HIDDEN = 64
/** Places that lie together in the halved window, for each of two sides. */
const SCORES = 4

/** Whether tensors are a box refiner's. */
export const isOfBoxRefiner = (name: string): boolean => name.startsWith(`${BOX_REFINER}.`)

/** Every tensor of a box refiner by name, with its shape. */
export function boxRefinerTensors(): ReadonlyMap<string, ExpectedTensor> {
  const tensors = new Map<string, ExpectedTensor>()
  const add = (name: string, ...shape: number[]): void => {
    tensors.set(`${BOX_REFINER}.${name}`, { shape, setBy: shape.map(() => '') })
  }
  const convolution = (name: string, inputs: number, outputs: number, rows = 3, columns = rows): void => {
    add(`${name}.weight`, outputs, inputs, rows, columns)
    add(`${name}.bias`, outputs)
  }
  const stage = (name: keyof typeof CHANNELS, inputs: number): void => {
    convolution(`${name}.entry`, inputs, CHANNELS[name])
    for (let i = 0; i < BOX_REFINER_BLOCKS[name]; i++)
      for (const part of ['first', 'second'])
        convolution(`${name}.blocks.${i}.${part}`, CHANNELS[name], CHANNELS[name])
  }
  const merge = (name: string, fine: number, coarse: number, merged: number): void => {
    convolution(`${name}.fine`, fine, merged, 1)
    add(`${name}.coarse.weight`, coarse, merged, 2, 2)
    convolution(`${name}.together`, merged, merged)
  }
  const { fine, middle, coarse } = CHANNELS
  stage('fine', 4)
  stage('middle', fine)
  stage('coarse', middle)
  merge('merge_middle', middle, coarse, middle)
  merge('merge_fine', fine, middle, fine)
  for (const [name, rows, columns] of [
    ['columns', 1, 5],
    ['rows', 5, 1],
  ] as const) {
    convolution(`${name}.first`, 2 * fine, HIDDEN, rows, columns)
    convolution(`${name}.second`, HIDDEN, HIDDEN, rows, columns)
    convolution(`${name}.scores`, HIDDEN, SCORES, 1)
  }
  return tensors
}
