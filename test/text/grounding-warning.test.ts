import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { warnWithoutGrounding } from '../../src/text/grounding-warning.ts'

test('a phrase to be found without <grounding> is warned about once, and nothing else is', async (t) => {
  const codes: unknown[] = []
  const listener = (warning: Error & { code?: string }): void => void codes.push(warning.code)
  process.on('warning', listener)
  t.after(() => process.off('warning', listener))
  for (const prompt of [
    'An image of',
    'Question: What is this? Answer:',
    '<grounding><phrase> a snowman</phrase>',
    '<phrase> It</phrase><object> <patch_index_0044> <patch_index_0863> </object> is',
    '<phrase>',
  ])
    warnWithoutGrounding(prompt)
  await setImmediate()
  assert.deepEqual(codes, [])
  warnWithoutGrounding('<phrase> It</phrase><object>...</object> is next to<phrase> a fire</phrase>')
  warnWithoutGrounding('<phrase> a snowman</phrase>')
  await setImmediate()
  assert.deepEqual(codes, ['KOSMOS2_NO_GROUNDING'])
})
