// What the server says no with: a code for programs, a message for people, and the status of HTTP.
import { CodedError, ImageError } from '../errors.ts'
import type { Problem, ProblemCode } from './api.ts'

/** The status of each code. */
const STATUS = {
  BAD_REQUEST: 400,
  EMPTY: 400,
  DAMAGED: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PICTURE_UNKNOWN: 404,
  MODEL_UNKNOWN: 404,
  TIMEOUT: 408,
  TOO_LARGE: 413,
  NOT_AN_IMAGE: 415,
  QUEUE_FULL: 429,
  MODEL_FAILED: 500,
  INTERNAL: 500,
  STOPPING: 503,
} as const satisfies Record<ProblemCode, number>

/** A request that is not served, for a reason that its sender is told. */
export class Refusal extends CodedError<ProblemCode> {
  override readonly name = 'Refusal'

  get status(): number {
    return STATUS[this.code]
  }

  toJSON(): Problem {
    return { code: this.code, message: this.message }
  }
}

/** Whatever was thrown, as a refusal. Faults of our own keep their words from the sender. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof ImageError) return new Refusal(imageCode(error.code), error.message, { cause: error })
  if (error instanceof TypeError || error instanceof RangeError)
    return new Refusal('BAD_REQUEST', error.message, { cause: error })
  return new Refusal(
    'INTERNAL',
    'The server failed at this request; its log says why. Try again, or ask for something else',
    { cause: error },
  )
}

/** Only bytes are read here, so nothing can be missing or fail to be fetched. */
function imageCode(code: ImageError['code']): ProblemCode {
  return code === 'NOT_FOUND' || code === 'FETCH_FAILED' ? 'INTERNAL' : code
}
