// The errors of this library. Arguments that do not fit raise TypeError or RangeError, always saying what was
// expected and what came; things from outside that are broken raise an error class of their own with a `code`.
import { inspect } from 'node:util'

/** An error with a code: what the classes below have in common. */
export abstract class CodedError<Code extends string> extends Error {
  /** What kind of fault this is, for programs: stable across releases. */
  readonly code: Code
  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A checkpoint, its configuration or its download is missing, damaged or not what it claims to be. */
export class CheckpointError extends CodedError<CheckpointErrorCode> {
  override readonly name = 'CheckpointError'
}
export type CheckpointErrorCode =
  | 'NOT_FOUND' // the folder, file, repository or revision does not exist
  | 'NOT_A_CHECKPOINT' // it exists, but holds no KOSMOS-2
  | 'BAD_CONFIG' // a configuration file is unreadable or contradicts itself or the weights
  | 'BAD_HEADER' // model.safetensors: header too long, not JSON, or offsets that do not fit the file
  | 'MISSING_TENSOR'
  | 'UNKNOWN_TENSOR'
  | 'WRONG_SHAPE'
  | 'WRONG_TYPE'
  | 'BAD_TOKENIZER'
  | 'OFFLINE' // not in the cache and HF_HUB_OFFLINE is set
  | 'DOWNLOAD_FAILED'
  | 'HASH_MISMATCH'
  | 'UNSUITABLE_WEIGHTS' // numbers that the chosen precision cannot hold
  | 'NOT_AN_IR' // the folder holds no conversion of this library's
  | 'BAD_IR' // a conversion that is damaged, incomplete or of another format
  | 'FOLDER_IN_USE' // the folder for a conversion holds something else
  | 'SOURCE_CHANGED' // the checkpoint was written to while it was converted
  | 'NO_SPACE' // the disk has not enough room

/** A picture cannot be read: missing, empty, damaged, of a type that is not known, or too large. */
export class ImageError extends CodedError<ImageErrorCode> {
  override readonly name = 'ImageError'
}
export type ImageErrorCode = 'NOT_FOUND' | 'EMPTY' | 'NOT_AN_IMAGE' | 'DAMAGED' | 'TOO_LARGE' | 'FETCH_FAILED'

/** A file of annotations or questions is missing, too large, or not what its format says. */
export class AnnotationError extends CodedError<AnnotationErrorCode> {
  override readonly name = 'AnnotationError'
}

export type AnnotationErrorCode = 'NOT_FOUND' | 'TOO_LARGE' | 'DAMAGED'

/** OpenVINO's runtime is missing or does not fit, or a call of it failed. */
export class OpenVINOError extends CodedError<OpenVINOErrorCode> {
  override readonly name = 'OpenVINOError'
}
export type OpenVINOErrorCode =
  | 'RUNTIME_NOT_FOUND' // no OpenVINO library in any of the places searched
  | 'NOT_A_LIBRARY' // a file that is no shared library, or one that cannot be loaded
  | 'WRONG_PLATFORM' // a library for another system or processor
  | 'WRONG_VERSION' // another major version than the one supported
  | 'MISSING_SYMBOLS' // a library without functions that are needed
  | 'BAD_ADDON' // the openvino-node that was asked for is missing or failed its self-check
  | 'DOWNLOAD_FAILED' // fetching the runtime: no pip, no network, or nothing there
  | 'HASH_MISMATCH' // what was fetched is not what was published
  | 'BAD_WHEEL' // the wheel is damaged, or holds something else than OpenVINO's libraries
  | 'UNKNOWN_DEVICE'
  | 'NOT_AVAILABLE' // what OpenVINO's C library cannot do
  | 'DISPOSED' // used after dispose()
  | 'BUSY' // used while an inference that it belongs to is running
  | 'CANCELLED' // an inference ended by cancel()
  | 'OUT_OF_MEMORY'
  | 'FAILED' // OpenVINO itself reported an error; the message carries what it said

/** A short rendering of any value, for a message. */
export function show(value: unknown): string {
  const text = inspect(value, { depth: 1, maxArrayLength: 8, maxStringLength: 80, breakLength: Infinity })
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}

/**
 * The error for an argument of the wrong kind.
 * @param name - the argument, as the caller spells it
 * @param expected - what was expected, e.g. `a string or an array of strings`
 * @param received - what came
 */
export function invalidType(name: string, expected: string, received: unknown): TypeError {
  return new TypeError(
    `Expected ${expected} for ${name} but received ${show(received)} of type ${typeOf(received)}`,
  )
}

/**
 * The error for an argument of the right kind whose value is out of range.
 * @param name - the argument, as the caller spells it
 * @param expected - what was expected, e.g. `integer from 1 to 4096`
 * @param received - what came
 */
export function invalidRange(name: string, expected: string, received: unknown): RangeError {
  return new RangeError(`Expected ${expected} for ${name} but received ${show(received)}`)
}

/** Throws for the first key of `options` that is not in `known`, naming the known ones. */
export function rejectUnknownOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new TypeError(`Unknown option ${show(key)} for ${where}; its options are ${known.join(', ')}`)
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}
