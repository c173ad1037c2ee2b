// How a compiled model runs: as fast as the device can, or with the original's numbers. Both are sets of OpenVINO's
// properties (https://docs.openvino.ai, "Precision control" and the CPU device's page).

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
    // Activations are rounded to 8 bits in groups as large as those of INT4 weights. The plugin's own choice, 32, makes a
    // token 8 % faster and the prompt 31 % slower: it pays only from some fifty tokens on (docs/speed.md).
    DYNAMIC_QUANTIZATION_GROUP_SIZE: 128,
  },
  accurate: {
    PERFORMANCE_HINT: 'LATENCY',
    INFERENCE_PRECISION_HINT: 'f32',
    KV_CACHE_PRECISION: 'f32',
    DYNAMIC_QUANTIZATION_GROUP_SIZE: 0,
  },
}

/** The properties that a model is compiled with: those of `performance`, and the caller's, which win. */
export function deviceConfig(performance: Performance, config: DeviceConfig = {}): DeviceConfig {
  return { ...CONFIGS[performance], ...config }
}

/**
 * The score that hides a position from attention, see attentionBias: the reference's own in float32; else one whose
 * double float16 can hold, and whose exponential is 0 in every format.
 */
export function blockedScore(performance: Performance): number | undefined {
  return performance === 'accurate' ? undefined : -30_000
}
