// Properties of devices and compiled models: strings in OpenVINO's C library, typed values in openvino-node.
import type { OVAny } from './types.ts'

/** One property as native code takes it. */
export interface NativeProperty {
  readonly key: string
  readonly value: string
}

const NAME_LISTS = [
  'SUPPORTED_PROPERTIES',
  'AVAILABLE_DEVICES',
  'EXECUTION_DEVICES',
  'OPTIMIZATION_CAPABILITIES',
]
const RANGES = ['RANGE_FOR_ASYNC_INFER_REQUESTS', 'RANGE_FOR_STREAMS']
/** Names, paths and the like, which stay strings whatever they look like. */
const TEXTS = [
  'CACHE_DIR',
  'CACHE_MODE',
  'DEVICE_ID',
  'DEVICE_LUID',
  'DEVICE_UUID',
  'FULL_DEVICE_NAME',
  'MODEL_PTR',
  'MULTI_DEVICE_PRIORITIES',
  'NETWORK_NAME',
  'WEIGHTS_PATH',
]

/** The value of a property with the type that openvino-node gives it. */
export function typedProperty(name: string, text: string): OVAny {
  // Arrays are what openvino-node gives, though its type leaves them out; ours has overloads for these names.
  if (NAME_LISTS.includes(name)) return text.split(/\s+/).filter(Boolean) as unknown as OVAny
  if (RANGES.includes(name)) return text.split(/\s+/).filter(Boolean).map(Number) as unknown as OVAny
  if (TEXTS.includes(name)) return text
  if (text === 'YES') return true
  if (text === 'NO') return false
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

/**
 * Properties as native code takes them.
 * @throws {TypeError} for a value that is no string, number, boolean or bigint
 */
export function nativeProperties(config: object): NativeProperty[] {
  return Object.entries(config).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'boolean') return { key, value: value ? 'YES' : 'NO' }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
      throw new TypeError(`Cannot convert to ov::Any: the property ${key} is of type ${typeof value}`)
    return { key, value: String(value) }
  })
}
