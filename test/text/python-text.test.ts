import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  codePointLength,
  parseDigits,
  strip,
  stripEnd,
  stripStart,
  zeroFill,
} from '../../src/text/python-text.ts'

test("strip removes Python's white space, which is not JavaScript's", () => {
  // str.isspace in Python 3.11, all of it.
  const spaces =
    '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
  assert.equal(strip(`${spaces}a b${spaces}`), 'a b')
  assert.equal(strip(spaces), '')
  for (const other of ['\ufeff', '\u200b', '\u180e', '\x00']) assert.equal(strip(` ${other} `), other)
  assert.equal(stripStart(' \x1fa '), 'a ')
  assert.equal(stripEnd(' a\x85 '), ' a')
})

test('the length of a text is in code points', () => {
  assert.equal(codePointLength('é🔥👨‍👩‍👧'), 7)
})

test('digits of any script make the number that Python makes of them', () => {
  assert.equal(parseDigits('0044'), 44n)
  assert.equal(parseDigits('٤٤'), 44n)
  // Mathematical digits are five runs of ten without a gap.
  assert.equal(parseDigits('𝟎𝟗𝟘𝟡𝟢𝟫𝟬𝟵𝟶𝟿'), 909090909n)
  assert.equal(parseDigits('99999999999999999999'), 99999999999999999999n)
})

test('zeros go between the sign and the digits', () => {
  assert.equal(zeroFill(44, 4), '0044')
  assert.equal(zeroFill(-3, 4), '-003')
  assert.equal(zeroFill(12345n, 4), '12345')
})
