import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PromptParts, boxesPerText, buildPrompt } from '../../src/text/prompt.ts'

const parts = (text: string, others: Partial<PromptParts> = {}): PromptParts => ({
  text,
  imageSlots: undefined,
  bboxes: null,
  bboxesName: 'bboxes',
  imageSize: undefined,
  patchesPerSide: 32,
  ...others,
})

test('a picture is announced by one tag, one placeholder a slot, and the end tag', () => {
  assert.equal(
    buildPrompt(parts(' \x1c<grounding> a\u0085', { imageSlots: 2 })),
    '<image> <image> <image> </image> <grounding> a',
  )
  assert.equal(buildPrompt(parts('a', { imageSlots: 0 })), '<image> </image> a')
})

test('each phrase is followed by its boxes, whatever form these have', () => {
  const text = '<phrase> a</phrase> and<phrase> b</phrase> and<phrase> c</phrase> and<phrase> d</phrase>'
  const bboxes = [[1, 2], null, [{ pixels: [0, 0, 20, 10] }, [0, 0, 0.5, 0.5]], []]
  assert.equal(
    buildPrompt(parts(text, { bboxes, imageSize: { width: 20, height: 10 } })),
    '<phrase> a</phrase><object> <patch_index_0001> <patch_index_0002> </object> and<phrase> b</phrase> and' +
      '<phrase> c</phrase><object> <patch_index_0000> <patch_index_1023> </delimiter_of_multi_objects/> ' +
      '<patch_index_0000> <patch_index_0495> </object> and<phrase> d</phrase>',
  )
})

test('a box outside the picture becomes the text of a patch index that is no token', () => {
  const prompt = buildPrompt(parts('<phrase> a</phrase>', { bboxes: [[0, 0, 1, 1.25]] }))
  assert.equal(prompt, '<phrase> a</phrase><object> <patch_index_0000> <patch_index_1279> </object>')
})

test('more or fewer boxes than phrases are refused with both numbers', () => {
  for (const bboxes of [[null], [null, null, null]])
    assert.throws(
      () => buildPrompt(parts('<phrase>a</phrase><phrase>b</phrase><phrase>c\n</phrase>', { bboxes })),
      new RegExp(`as many entries in bboxes as there are phrases .* has 2, but received ${bboxes.length};`),
    )
  assert.doesNotThrow(() => buildPrompt(parts('no phrase', { bboxes: [] })))
})

test('boxes of several texts come as one entry a text', () => {
  const entries = boxesPerText([[[1, 2]], null], 2, false)
  assert.deepEqual(entries, [
    { bboxes: [[1, 2]], bboxesName: 'bboxes[0]' },
    { bboxes: null, bboxesName: 'bboxes[1]' },
  ])
  assert.throws(() => boxesPerText([null], 2, false), /an entry a text for bboxes, so 2, but received 1/)
  assert.throws(
    () => boxesPerText([{ patches: [1, 2] }, null], 2, false),
    /an entry a phrase for bboxes\[0\]/,
  )
  assert.throws(
    () => boxesPerText({ patches: [1, 2] }, 1, true),
    /an entry a phrase for bboxes but received \{/,
  )
})
