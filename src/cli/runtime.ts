// Which OpenVINO runs here, as `setup` and `check` tell it.
import type { Runtime } from '../index.ts'
import { columns } from './format.ts'
import { library } from './library.ts'

/** A runtime and the devices that it sees. */
export interface RuntimeReport extends Runtime {
  readonly devices: readonly { readonly name: string; readonly fullName: string }[]
}

/**
 * Loads OpenVINO and asks for its devices.
 * @throws {OpenVINOError} where there is none that can be used, with all places that were searched
 */
export async function runtimeReport(): Promise<RuntimeReport> {
  const { findRuntime, ov } = await library()
  const runtime = findRuntime()
  const core = new ov.Core()
  const devices = core
    .getAvailableDevices()
    .map((name) => ({ name, fullName: String(core.getProperty(name, 'FULL_DEVICE_NAME')) }))
  return { ...runtime, devices }
}

/** The report as lines. */
export function runtimeLines({
  kind,
  version,
  foundBy,
  libraryPath,
  refused,
  devices,
}: RuntimeReport): string {
  return columns([
    ['OpenVINO', version],
    ['called by', kind],
    ['found', `${foundBy}${libraryPath === undefined ? '' : `: ${libraryPath}`}`],
    ...refused.map((reason) => ['refused', reason]),
    ...devices.map(({ name, fullName }) => ['device', `${name}: ${fullName}`]),
  ])
}
