// Versions of OpenVINO and of its plugins.
import { library, native } from './library.ts'
import { check } from './status.ts'
import type { Version } from './types.ts'

/** A version that writes itself as readable lines, without that showing among its keys. */
export function version(buildNumber: string, description: string): Version {
  const text = `${description} version ......... ${buildNumber.split('-')[0]}\nBuild ........... ${buildNumber}`
  return Object.defineProperty({ buildNumber, description }, 'toString', { value: () => text })
}

/** The version of the OpenVINO that runs. */
export function getOpenvinoVersion(): Version {
  const place = new BigUint64Array(2) // ov_version_t: buildNumber, description
  check(native().ov_get_openvino_version(place), 'reading OpenVINO’s version')
  try {
    const { decode } = library().koffi
    return version(decode.string(place[0]), decode.string(place[1]))
  } finally {
    native().ov_version_free(place)
  }
}
