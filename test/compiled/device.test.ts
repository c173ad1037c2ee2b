import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkDevice } from '../../src/compiled/device.ts'

const core = { getAvailableDevices: () => ['CPU', 'GPU.0', 'GPU.1'] }
const refused = (device: unknown, expected: RegExp) => {
  assert.throws(() => {
    checkDevice(core, device)
  }, expected)
}

test('devices that are there, alone or in a list, are taken', () => {
  for (const device of [
    'CPU',
    'GPU',
    'GPU.1',
    'AUTO',
    'AUTO:GPU,CPU',
    'AUTO:-GPU.0',
    'BATCH:GPU.1(4)',
    'HETERO:GPU,CPU',
  ])
    checkDevice(core, device)
})

test('a device that is not there is refused with a list of those that are', () => {
  const list = /this machine has CPU, GPU\.0, GPU\.1/
  refused('NPU', /There is no device NPU; .*/)
  refused('NPU', list)
  refused('cpu', list)
  refused('AUTO:GPU,NPU', /no device NPU/)
  refused('GPU.2', /no device GPU\.2/)
  refused('CPU:0', list)
  refused('', list)
  refused(undefined, /a device's name such as 'CPU'/)
})
