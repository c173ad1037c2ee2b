// What a call of OpenVINO's C library returned (ov_status_e in ov_common.h), as errors and promises.
import { OpenVINOError, type OpenVINOErrorCode } from '../errors.ts'
import { library, native } from './library.ts'
import type { NativeFunction, NativeValue } from './signatures.ts'

/** The statuses by their number, and whether the library sets its last message together with them. */
const STATUSES: Readonly<Record<number, { name: string; hasMessage?: true }>> = {
  [-1]: { name: 'general error', hasMessage: true },
  [-2]: { name: 'not implemented', hasMessage: true },
  [-3]: { name: 'network not loaded' },
  [-4]: { name: 'parameter mismatch' },
  [-5]: { name: 'not found' },
  [-6]: { name: 'out of bounds' },
  [-7]: { name: 'unexpected error' },
  [-8]: { name: 'request busy', hasMessage: true },
  [-9]: { name: 'result not ready' },
  [-10]: { name: 'not allocated' },
  [-11]: { name: 'inference not started' },
  [-12]: { name: 'network not read' },
  [-13]: { name: 'inference cancelled', hasMessage: true },
  [-14]: { name: 'invalid C parameter' },
  [-15]: { name: 'unknown C error' },
  [-16]: { name: 'C method not implemented' },
  [-17]: { name: 'unknown exception', hasMessage: true },
}
const CODES: Readonly<Record<number, OpenVINOErrorCode>> = { [-8]: 'BUSY', [-13]: 'CANCELLED' }

/** The arguments of the calls on other threads that have not come back: their memory must live until then. */
const underWay = new Set<readonly NativeValue[]>()
let failures = 0

/**
 * Throws unless a call succeeded.
 * @param status - what it returned
 * @param action - what was tried, as in `compiling the model`
 * @param isLast - whether the library's last message, which is one for the whole process, must be this call's
 */
export function check(status: number, action: string, isLast = true): void {
  if (status === 0) return
  failures++
  const { name, hasMessage } = STATUSES[status] ?? { name: `status ${status}` }
  const said = hasMessage ? lastMessage() : ''
  const doubt = isLast ? '' : ' (of this call, or of another at the same time)'
  const message = said === '' ? name : `${name}${doubt}: ${said}`
  throw new OpenVINOError(errorCode(status, said), `OpenVINO failed at ${action}: ${message}`)
}

function errorCode(status: number, said: string): OpenVINOErrorCode {
  return /bad_alloc|out of memory|cannot allocate|failed to allocate/i.test(said)
    ? 'OUT_OF_MEMORY'
    : (CODES[status] ?? 'FAILED')
}

function lastMessage(): string {
  const text = native().ov_get_last_err_msg()
  return text === null ? '' : takeString(text).trim()
}

/** Reads a string that the library allocated, and frees it. */
export function takeString(text: bigint): string {
  try {
    return library().koffi.decode.string(text)
  } finally {
    native().ov_free(text)
  }
}

/**
 * Runs a call on another thread.
 * @param args - its arguments; all memory among them must stay as it is until the promise settles
 */
export async function callAsync(
  call: NativeFunction,
  args: readonly NativeValue[],
  action: string,
): Promise<void> {
  const failuresBefore = failures
  const status = await new Promise<number>((resolve, reject) => {
    // Throws, which rejects, when too many calls wait already: it is under way only after that.
    call.async(...args, (error: Error | null, result: number) => {
      underWay.delete(args)
      if (error) reject(error)
      else resolve(result)
    })
    underWay.add(args)
  })
  check(status, action, underWay.size === 0 && failures === failuresBefore)
}

/** A place for one pointer or size that native code writes. */
export const cell = (): BigUint64Array => new BigUint64Array(new ArrayBuffer(8))

const sharedCell = cell()

/** Calls a function whose last argument is a place for a pointer or size, and gives what it wrote. */
export function read(call: NativeFunction, action: string, ...args: readonly NativeValue[]): bigint {
  check(call(...args, sharedCell), action)
  return sharedCell[0] ?? 0n
}

/** {@link read} of a string that the library allocates. */
export const readString = (call: NativeFunction, action: string, ...args: readonly NativeValue[]): string =>
  takeString(read(call, action, ...args))

/** {@link read} on another thread. */
export async function readAsync(
  call: NativeFunction,
  action: string,
  ...args: readonly NativeValue[]
): Promise<bigint> {
  const result = cell()
  await callAsync(call, [...args, result], action)
  return result[0]!
}
