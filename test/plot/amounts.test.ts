import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBytes, inDigits } from '../../src/plot/amounts.ts'

test('three digits, but all before the point', () => {
  assert.deepEqual([0, 0.98312, 1, 18.456, 99.96, 999.4, 999.6, 12345.6, -2.5].map(inDigits), [
    '0',
    '0.983',
    '1',
    '18.5',
    '100',
    '999',
    '1,000',
    '12,346',
    '-2.5',
  ])
})

test('bytes in the unit with the fewest digits', () => {
  assert.deepEqual([0, 1, 999, 1000, 999_400, 999_999, 415.2e6, 6.6e9, 5e15].map(inBytes), [
    '0 bytes',
    '1 bytes',
    '999 bytes',
    '1 kB',
    '999 kB',
    '1 MB',
    '415 MB',
    '6.6 GB',
    '5,000 TB',
  ])
})
