// Python's notions of text where JavaScript's differ: what counts as white space, how long a string is, and which
// characters are digits. The reference's results depend on all three.

/** The characters for which Python's `str.isspace` holds: unlike JavaScript's `\s`, U+001C to U+001F and U+0085 are in, U+FEFF is out. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const LEADING_SPACE = new RegExp(`^${SPACE}+`)

/** Python's `str.strip()`. */
export function strip(text: string): string {
  return stripStart(stripEnd(text))
}

/** Python's `str.lstrip()`. */
export function stripStart(text: string): string {
  return text.replace(LEADING_SPACE, '')
}

/** Python's `str.rstrip()`. */
export function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && LEADING_SPACE.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** Python's `len(text)`: code points, where JavaScript counts UTF-16 units. */
export function codePointLength(text: string): number {
  return Array.from(text).length
}

/**
 * Python's `int(digits)` for decimal digits of any script.
 * @param digits - characters of Unicode's category Nd, what `\d` matches in Python and `\p{Nd}` in JavaScript
 */
export function parseDigits(digits: string): bigint {
  return BigInt(Array.from(digits, digitValue).join(''))
}

const DECIMAL_DIGIT = /^\p{Nd}$/u

/** Unicode keeps decimal digits in runs of ten that begin with zero, some of them directly after one another. */
function digitValue(digit: string): number {
  const codePoint = digit.codePointAt(0)!
  let start = codePoint
  while (DECIMAL_DIGIT.test(String.fromCodePoint(start - 1))) start--
  return (codePoint - start) % 10
}

/**
 * Python's `str.zfill(width)` of an integer: zeros go between the sign and the digits.
 * @param value - an integer
 */
export function zeroFill(value: number | bigint, width: number): string {
  const text = value.toString()
  return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0')
}
