// The word that somebody may have meant.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../src/cli/nearest.ts'

test('the nearest word has the fewest letters added, dropped, changed or swapped, a third of them at most', () => {
  const words = ['caption', 'convert', 'check', 'ground']
  assert.equal(nearest('captoin', words), 'caption')
  assert.equal(nearest('covnert', words), 'convert')
  assert.equal(nearest('chek', words), 'check')
  assert.equal(nearest('grounds', words), 'ground')
  assert.equal(nearest('xound', words), undefined)
  assert.equal(nearest('', words), undefined)
})
