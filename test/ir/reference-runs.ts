// What the original engine computes, with everything that went in: the reference for a conversion of the same model.
import { writeFileSync } from 'node:fs'
import type { DecoderStep } from '../../src/architecture/engine.ts'
import { textFeeds } from '../../src/architecture/text-feeds.ts'
import { openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { openOnnxEngine } from '../../src/onnx/engine.ts'
import { float32, int64, type Tensor } from '../../src/tensor.ts'
import { safetensorsFile, type TestTensor } from '../checkpoint/make-safetensors.ts'

/**
 * Runs a checkpoint as the original and writes inputs and outputs for scripts/check_ir.py: two pictures, a first step
 * with both and with padding, a step that goes on with the rows changed over, and one that makes three rows of the two.
 */
export async function writeReferenceRuns(folder: string, path: string): Promise<void> {
  const checkpoint = await openCheckpoint(folder)
  const engine = await openOnnxEngine(checkpoint)
  await checkpoint.close()
  try {
    const { config } = engine
    const { num_channels, image_size } = config.vision_config
    const pixels = Float32Array.from({ length: 2 * num_channels * image_size ** 2 }, (_, i) =>
      Math.sin(i / 100),
    )
    const pixel_values = float32(pixels, [2, num_channels, image_size, image_size])
    const { last_hidden_state, pooler_output, image_features } = await engine.vision(pixel_values)
    const projection = await engine.projection(image_features)
    const runs: Record<string, Tensor> = {
      ...named('0/vision/in/', { pixel_values }),
      ...named('0/vision/out/', { last_hidden_state, pooler_output, image_features }),
      ...named('0/projection/in/', { image_features }),
      ...named('0/projection/out/', { ...projection }),
    }

    const slots = config.latent_query_num
    const ids = (row: number) => [0, ...Array<number>(slots).fill(4), 100 + row, 200, 300 + row]
    const first = slots + 4
    // The first row is padded on the left by one.
    const prompt: DecoderStep = {
      input_ids: rows([
        [config.text_config.pad_token_id, ...ids(0)],
        [...ids(1), 400],
      ]),
      attention_mask: rows([[0, ...ones(first)], ones(first + 1)]),
      position_ids: rows([[1, ...counted(first)], counted(first + 1)]),
      image_embeds: projection.image_embeds,
      image_embeds_position_mask: rows([
        [0, 0, ...ones(slots), 0, 0, 0],
        [0, ...ones(slots), 0, 0, 0, 0],
      ]),
      logitsToKeep: 3,
    }
    const changedOver: DecoderStep = {
      input_ids: rows([[500], [501]]),
      attention_mask: rows([ones(first + 2), [0, ...ones(first + 1)]]),
      position_ids: rows([[first + 3], [first + 3]]),
      beam_idx: [1, 0],
      logitsToKeep: 1,
    }
    const grown: DecoderStep = {
      input_ids: rows([[600], [601], [602]]),
      attention_mask: rows([ones(first + 3), ones(first + 3), [0, ...ones(first + 2)]]),
      position_ids: rows([[first + 4], [first + 4], [first + 4]]),
      beam_idx: [0, 0, 1],
      logitsToKeep: 1,
    }
    const [logitsDecoder, hiddenDecoder] = [await engine.openDecoder(), await engine.openDecoder()]
    let past = 0
    for (const [i, step] of [prompt, changedOver, grown].entries()) {
      const feeds = textFeeds(step, config.text_config, past)
      const batch = step.input_ids.dims[0]!
      const beam_idx = step.beam_idx ?? Array.from({ length: batch }, (_, row) => row)
      Object.assign(runs, {
        ...named(`${i}/text/in/`, { ...feeds }),
        [`${i}/text/in/beam_idx`]: { type: 'int32', dims: [batch], data: Int32Array.from(beam_idx) },
        [`${i}/text/out/logits`]: await logitsDecoder.step(step),
        [`${i}/text/out/last_hidden_state`]: await hiddenDecoder.hidden(step),
      })
      past += step.input_ids.dims[1]!
    }
    writeFileSync(
      path,
      safetensorsFile(Object.fromEntries(Object.entries(runs).map(([k, v]) => [k, stored(v)]))),
    )
  } finally {
    await engine.dispose()
  }
}

const named = (prefix: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))

const rows = (values: readonly (readonly number[])[]): Tensor =>
  int64(values.flat(), [values.length, values[0]!.length])
const ones = (count: number): number[] => Array<number>(count).fill(1)
/** Positions begin at 2, after that of the padding. */
const counted = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 2)

const DTYPES = { float32: 'F32', int64: 'I64', int32: 'I32' } as const

function stored({ type, dims, data }: Tensor): TestTensor {
  const { buffer, byteOffset, byteLength } = data as Float32Array | BigInt64Array | Int32Array
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  return { dtype: DTYPES[type as keyof typeof DTYPES], shape: dims, bytes }
}
