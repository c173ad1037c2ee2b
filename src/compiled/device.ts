// Names of devices as OpenVINO takes them: `CPU`, `GPU.1`, `AUTO`, `AUTO:GPU,CPU`.
import { invalidType, OpenVINOError } from '../errors.ts'
import type { Core } from '../openvino/types.ts'

/** Devices that are no hardware: they choose or combine what is there. */
const VIRTUAL_DEVICES = ['AUTO', 'MULTI', 'HETERO', 'BATCH']

/**
 * Checks a device's name against those that there are.
 * @throws {OpenVINOError} `UNKNOWN_DEVICE`, listing the devices of this machine
 */
export function checkDevice(
  core: Pick<Core, 'getAvailableDevices'>,
  device: unknown,
): asserts device is string {
  if (typeof device !== 'string')
    throw invalidType('device', "a device's name such as 'CPU' or 'AUTO'", device)
  const available = core.getAvailableDevices()
  const [first = '', list] = device.split(':', 2)
  const isVirtual = VIRTUAL_DEVICES.includes(first)
  // After a minus the name of one to leave out, in parentheses a size of batch.
  const named = isVirtual ? (list?.split(',') ?? []) : [device]
  const unknown = named.map((name) => name.trim().replace(/^-|\(\d+\)$/g, '')).find((name) => !isKnown(name))
  if (unknown === undefined) return
  throw new OpenVINOError(
    'UNKNOWN_DEVICE',
    `There is no device ${unknown}; this machine has ${available.join(', ')}, and AUTO chooses among them`,
  )

  /** `GPU` means the first of `GPU.0` and `GPU.1`. */
  function isKnown(name: string): boolean {
    return available.some((one) => one === name || one.startsWith(`${name}.`) || name === `${one}.0`)
  }
}
