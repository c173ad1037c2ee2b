import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanTextAndExtractEntities, entitiesInPixels } from '../../src/text/post-process.ts'
import { readProcessorA, readProcessorB } from './goldens.ts'

test('captions and entities are those of the reference', () => {
  const goldens = readProcessorA().post_process
  assert.equal(goldens.length, 56)
  for (const { raw, text, entities } of goldens)
    assert.deepEqual(cleanTextAndExtractEntities(raw, 32), [text, entities], raw)
})

test('so are those of odd texts: other digits, nested and empty phrases, tags without partners, odd white space', () => {
  const goldens = readProcessorB().post_process
  assert.equal(goldens.length, 20)
  for (const golden of goldens) {
    const generated = golden.in.split('</image>').at(-1)!
    assert.deepEqual(cleanTextAndExtractEntities(generated, 32), [golden.text, golden.entities], golden.in)
  }
})

test('entities in pixels are fractions times the size of the picture', () => {
  const [, entities] = cleanTextAndExtractEntities(
    '<phrase> a snowman</phrase><object><patch_index_0044><patch_index_0863></object>',
    32,
  )
  assert.deepEqual(entitiesInPixels(entities, { width: 640, height: 480 }), [
    ['a snowman', [0, 9], [[250, 22.5, 630, 397.5]]],
  ])
})
