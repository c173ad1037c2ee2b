// Checks the fields of a configuration one by one against a table: name, default, what is accepted.
import { CheckpointError, show } from '../errors.ts'

/** What a field accepts, in code and in words. */
export interface FieldCheck<T> {
  /** For the message, after "expected". */
  readonly expected: string
  readonly accepts: (value: unknown) => value is T
}

/** For every field of T its default and its check. */
export type FieldTable<T> = {
  readonly [K in keyof T]-?: { readonly fallback: T[K]; readonly check: FieldCheck<T[K]> }
}

/** An integer from `min` to `max`. */
export function integer(min: number, max: number): FieldCheck<number> {
  return {
    expected: `an integer from ${min} to ${max}`,
    accepts: (value): value is number => Number.isInteger(value) && inRange(value as number, min, max),
  }
}

/** A finite number from `min` to `max`. */
export function finiteNumber(min: number, max = Number.MAX_VALUE): FieldCheck<number> {
  return {
    expected: max === Number.MAX_VALUE ? `a number from ${min}` : `a number from ${min} to ${max}`,
    accepts: (value): value is number => typeof value === 'number' && inRange(value, min, max),
  }
}

export const positiveNumber: FieldCheck<number> = {
  expected: 'a number above 0',
  accepts: (value): value is number => typeof value === 'number' && value > 0 && Number.isFinite(value),
}

export const trueOrFalse: FieldCheck<boolean> = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}

/** Exactly one of the given values. */
export function oneOf<const T extends string | boolean>(...values: readonly T[]): FieldCheck<T> {
  return {
    expected: values.map((value) => JSON.stringify(value)).join(' or '),
    accepts: (value): value is T => (values as readonly unknown[]).includes(value),
  }
}

/** The given check, or null. */
export function orNull<T>({ expected, accepts }: FieldCheck<T>): FieldCheck<T | null> {
  return {
    expected: `${expected}, or null`,
    accepts: (value): value is T | null => value === null || accepts(value),
  }
}

/** The given check, or a list of at least one value that each fit it. */
export function orListOf<T>({ expected, accepts }: FieldCheck<T>): FieldCheck<T | readonly T[]> {
  return {
    expected: `${expected}, or a list of such`,
    accepts: (value): value is T | readonly T[] =>
      Array.isArray(value) ? value.length > 0 && value.every(accepts) : accepts(value),
  }
}

/**
 * The fields of the table, each as given or its default, followed by all other keys of `given` as they are.
 * @param where - file or object, for the message
 * @param prefix - `''`, or the path of the object in the file, ending in a dot
 * @throws {CheckpointError} `BAD_CONFIG` naming the key, what was expected and what was found
 */
export function readFields<T extends object>(
  where: string,
  prefix: string,
  given: Readonly<Record<string, unknown>>,
  table: FieldTable<T>,
): T {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(table) as (keyof T & string)[]) {
    const { fallback, check } = table[key]
    const value = Object.hasOwn(given, key) ? given[key] : fallback
    if (!check.accepts(value)) throw badField(where, prefix + key, check.expected, value)
    fields[key] = value
  }
  return { ...given, ...fields } as T
}

/** The error for a field that does not fit. */
export function badField(where: string, key: string, expected: string, found: unknown): CheckpointError {
  return new CheckpointError(
    'BAD_CONFIG',
    `${where}: expected ${expected} for ${key}, but found ${show(found)}`,
  )
}

function inRange(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}
