// The text of an answer as it is shown while it is written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamAnswer } from '../../src/cli/answer-stream.ts'
import { Kosmos2Processor } from '../../src/index.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { tiny } from './run-command.ts'

test('an answer is shown in whole words, without tags, and in the end is the answer', async () => {
  const processor = await Kosmos2Processor.from_pretrained(tiny)
  for (const { asked } of readTinyGolden().scenes) {
    for (const { input_ids, greedy, caption } of asked) {
      const pieces: string[] = []
      const stream = streamAnswer({ processor }, (piece) => pieces.push(piece))
      stream.put(input_ids)
      for (const id of greedy.slice(input_ids.length)) stream.put([id])
      stream.end()
      stream.finish(caption)
      assert.equal(pieces.join(''), `${caption}\n`)
      let shown = ''
      for (const piece of pieces) {
        shown += piece
        assert.doesNotMatch(`${shown}|${caption.slice(shown.length)}`, /\w\|\w/)
      }
    }
  }
})
