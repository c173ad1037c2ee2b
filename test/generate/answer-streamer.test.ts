// The pieces of an answer, put together, are the answer; an entity comes with its last tag.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerStreamer } from '../../src/generate/answer-streamer.ts'
import { Kosmos2Processor } from '../../src/text/processor.ts'
import { readTinyGolden } from '../tiny-golden.ts'

const processor = await Kosmos2Processor.from_pretrained('models/kosmos2-tiny')

test('pieces are beginnings of the text and of the raw text, and all entities come in their order', () => {
  for (const { asked } of readTinyGolden().scenes) {
    for (const { input_ids, greedy, caption, entities, raw } of asked) {
      let [text, written] = ['', '']
      const found: unknown[] = []
      const streamer = answerStreamer(processor, (piece) => {
        text += piece.text
        written += piece.raw
        found.push(...piece.entities)
        assert.ok(caption.startsWith(text) && raw.startsWith(written))
        // Where entities end, the text has come as far as they have.
        for (const [name] of piece.entities) assert.ok(text.trimEnd().endsWith(name), text)
      })
      // A streamer serves one generation after the other.
      for (let round = 0; round < 2; round++) {
        ;[text, written] = ['', '']
        found.length = 0
        void streamer.put(input_ids)
        for (const id of greedy.slice(input_ids.length)) void streamer.put([id])
        void streamer.end()
        assert.deepEqual(found, entities)
        assert.doesNotMatch(caption.slice(text.length), / ./)
        assert.doesNotMatch(raw.slice(written.length), /[ >]/)
      }
    }
  }
})

test('a callback that is none is refused', () => {
  assert.throws(() => answerStreamer(processor, undefined as never), {
    name: 'TypeError',
    message: /^Expected a function \(piece\) => void for onPiece but received undefined/,
  })
})
