// What stands in for Node's `inspect` in the browser, where the library's errors name values too.

/** A value as JSON. */
export const inspect = (value: unknown): string => (value === undefined ? 'undefined' : JSON.stringify(value))
