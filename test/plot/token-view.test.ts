import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import sharp from 'sharp'
import { tokenView } from '../../src/plot/token-view.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { assertSnapshot, count } from './snapshot.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const { scenes } = readTinyGolden()
const { model, added_tokens } = read('../../models/kosmos2-tiny/tokenizer.json') as {
  model: { vocab: [string, number][] }
  added_tokens: { id: number; content: string }[]
}
const pieces = new Map<number, string>([
  ...model.vocab.map(([piece], id) => [id, piece] as const),
  ...added_tokens.map(({ id, content }) => [id, content] as const),
])

/** What the embedded model said of the scene with one strawberry, with its prompt. */
const input_ids = scenes[0]!.asked[0]!.greedy
const { latent_query_num: slots } = read('../../models/kosmos2-tiny/config.json') as {
  latent_query_num: number
}
const image_embeds_position_mask = input_ids.map((_, place) => Number(place >= 2 && place < 2 + slots))
const tokens = input_ids.map((id) => pieces.get(id)!)

test('prompt and answer of the embedded model, the image slots as one block', (t) => {
  const svg = tokenView({ input_ids, image_embeds_position_mask }, tokens)
  assertSnapshot(t, 'tokens', svg)
  assert.equal(count(svg, '<g class="token'), input_ids.length - slots + 1)
  assert.equal(count(svg, '<g class="token image"'), 3)
  assert.equal(count(svg, '<g class="token patch"'), 2)
  assert.ok(svg.includes(`>${slots} image slots</text>`))
  const first = input_ids.findIndex((id) => pieces.get(id) === '<phrase>')
  assert.ok(svg.includes(`<title>position ${first}: &#60;phrase&#62;, id ${input_ids[first]}</title>`))
})

test('tokens stay within the width, whatever it is, and hostile ones stay text', async () => {
  const hostile = ['</text><script>', '\0', 'x'.repeat(500), '▁', ' ']
  for (const width of [320, 640, 1000]) {
    const svg = tokenView({ input_ids: [1, 2, 3, 4, 5] }, hostile, { width })
    assert.equal(count(svg, '<script'), 0)
    const places = [
      ...svg.matchAll(/translate\(([\d.]+) [\d.]+\)"><title>[^<]*<\/title><rect [^>]*width="([\d.]+)"/g),
    ]
    assert.equal(places.length, 5)
    for (const [, x, wide] of places)
      assert.ok(Number(x) + Number(wide) <= width - 16 + 0.01, `${x} + ${wide}`)
    await assert.doesNotReject(sharp(Buffer.from(svg)).png().toBuffer(), 'a parser of XML reads it')
  }
})

test('unknown options are refused', () => {
  assert.throws(
    () => tokenView({ input_ids }, tokens, { rows: 1 } as object),
    /Unknown option 'rows' for tokenView; its options are row, width, theme/,
  )
})
