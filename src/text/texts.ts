// The check that every function taking texts begins with.
import { invalidRange, invalidType } from '../errors.ts'

/**
 * Checks a text or an array of texts and makes an array of them.
 * @param name - the argument's name, for messages
 * @throws {TypeError} unless they are strings of well-formed Unicode
 * @throws {RangeError} if there are none
 */
export function checkTexts(name: string, text: unknown): string[] {
  if (!Array.isArray(text)) return [checkText(name, 'a string or an array of strings', text)]
  if (text.length === 0) throw invalidRange(name, 'at least one string', text)
  return text.map((one, index) => checkText(`${name}[${index}]`, 'a string', one))
}

function checkText(name: string, expected: string, text: unknown): string {
  if (typeof text !== 'string') throw invalidType(name, expected, text)
  if (/\p{Surrogate}/u.test(text))
    throw invalidType(name, 'well-formed Unicode, without half of a surrogate pair,', text)
  return text
}
