// How a compiled model runs: as fast as the device can, or with the original's numbers. Both are sets of OpenVINO's
// properties (https://docs.openvino.ai, "Precision control" and the CPU device's page).
import type { PartName } from '../ir/parts.ts'
import type { WeightPrecision } from '../ir/weight-form.ts'

/**
 * `fast`: the device's own choice of precision (bfloat16 where the processor has it), an 8-bit cache of keys and values.
 * `accurate`: float32 throughout, so that a float32 IR gives the original's tokens, one for one.
 */
export type Performance = 'fast' | 'accurate'
export const PERFORMANCES: readonly Performance[] = ['fast', 'accurate']

/** A value of one of OpenVINO's properties. */
export type PropertyValue = string | number | boolean
/** OpenVINO's properties by name, such as `{ INFERENCE_NUM_THREADS: 2 }`. */
export type DeviceConfig = Readonly<Record<string, PropertyValue>>

const CONFIGS: Readonly<Record<Performance, DeviceConfig>> = {
  fast: {
    PERFORMANCE_HINT: 'LATENCY',
    // Activations are rounded to 8 bits in groups of so many; vision, projection and prompts are up to a third faster
    // than with the plugin's own choice, 32.
    DYNAMIC_QUANTIZATION_GROUP_SIZE: 128,
  },
  accurate: {
    PERFORMANCE_HINT: 'LATENCY',
    INFERENCE_PRECISION_HINT: 'f32',
    KV_CACHE_PRECISION: 'f32',
    DYNAMIC_QUANTIZATION_GROUP_SIZE: 0,
  },
}

/** A text part in INT4 makes a token a little faster with the plugin's own choice (docs/speed.md). */
const FAST_INT4_TEXT: DeviceConfig = { PERFORMANCE_HINT: 'LATENCY' }

/**
 * The properties that a part is compiled with: those of `performance`, and the caller's, which win.
 * @param weights - what its matrices are stored as
 */
export function deviceConfig(
  performance: Performance,
  part: PartName,
  weights: WeightPrecision,
  config: DeviceConfig = {},
): DeviceConfig {
  const isInt4Text = part === 'text' && weights === 'int4'
  return { ...(performance === 'fast' && isInt4Text ? FAST_INT4_TEXT : CONFIGS[performance]), ...config }
}

/**
 * The score that hides a position from attention, see attentionBias: the reference's own in float32; else one whose
 * double float16 can hold, and whose exponential is 0 in every format.
 */
export function blockedScore(performance: Performance): number | undefined {
  return performance === 'accurate' ? undefined : -30_000
}

/**
 * Whether a prompt may run in two pieces, see promptPieces. Float32 gains nothing from it, and its sums would be made in
 * another order.
 */
export function splitsPrompts(performance: Performance): boolean {
  return performance === 'fast'
}
