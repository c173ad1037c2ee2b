import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { convert } from '../../src/ir/convert.ts'
import { describePart, type PartDescription } from '../../src/ir/describe-part.ts'
import { PART_NAMES } from '../../src/ir/parts.ts'
import { partPicture } from '../../src/plot/part-picture.ts'
import { assertSnapshot, count } from './snapshot.ts'

const description: PartDescription = {
  part: 'text',
  inputs: [
    { name: 'input_ids', type: 'i64', shape: [undefined, undefined] },
    { name: 'beam_idx', type: 'i32', shape: [undefined] },
  ],
  outputs: [{ name: 'logits', type: 'f32', shape: [undefined, undefined, 1269] }],
  states: [0, 1, 2].map((layer) => ({
    name: `layers.${layer}.key`,
    type: 'f32',
    shape: [undefined, 6, undefined, 32],
  })),
  operations: [
    { type: 'MatMul', count: 9 },
    { type: 'ScaledDotProductAttention', count: 3 },
  ],
  decompression: [{ type: 'Convert', count: 4 }],
  blocks: [
    { name: '', operations: [{ type: 'ShapeOf', count: 1 }], bytes: 8 },
    { name: 'embed_tokens', operations: [{ type: 'Gather', count: 1 }], bytes: 246_000 },
    ...[0, 1, 2].flatMap((layer) => [
      { name: `layers.${layer}.norm`, operations: [{ type: 'MVN', count: 1 }], bytes: 1536 },
      {
        name: `layers.${layer}.self_attn`,
        operations: [{ type: 'ScaledDotProductAttention', count: 1 }],
        bytes: 83_000,
      },
      { name: `layers.${layer}.ffn`, operations: [{ type: 'Gelu', count: 1 }], bytes: 164_000 },
    ]),
  ],
  constants: [
    { type: 'i4', count: 18, bytes: 663_552 },
    { type: 'i8', count: 1, bytes: 243_648 },
  ],
  parameters: 1_584_384,
}
const texts = (svg: string): string[] =>
  Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text!)

test('inputs, blocks, states, operations and bytes of a part in one picture', (t) => {
  const svg = partPicture(description)
  assertSnapshot(t, 'part', svg)
  const shown = texts(svg)
  for (const text of [
    ...[
      'text',
      '1.58 million parameters in 907 kB',
      'input_ids',
      'i64 [?, ?]',
      'f32 [?, ?, 1269]',
      'embed_tokens',
    ],
    ...[
      '3 × layers, each:',
      'together 746 kB',
      'self_attn',
      '83 kB',
      '3 × layers.*.key',
      'f32 [?, 6, ?, 32]',
    ],
    ...[
      '12 operations',
      'MatMul',
      '9',
      'and 4 that unpack stored weights',
      '907 kB of constants by type',
      '664 kB',
    ],
  ])
    assert.ok(shown.includes(text), `${text} in ${shown.join(' | ')}`)
  assert.equal(shown.filter((text) => text === 'self_attn').length, 1)
  assert.match(
    svg,
    /<desc [^>]+>Inputs: input_ids, beam_idx; blocks: embed_tokens, 3 × layers; outputs: logits; states/,
  )
})

test('bars of operations and bytes are as long as their numbers', () => {
  const bars = Array.from(
    partPicture(description).matchAll(/<rect x="[\d.]+" y="4" width="([\d.]+)" height="8"/g),
    ([, width]) => Number(width),
  )
  const [matMul, attention, i4, i8] = bars
  assert.equal(bars.length, 4)
  assert.ok(Math.abs(matMul! / attention! - 3) < 0.01)
  assert.ok(Math.abs(i4! / i8! - 663_552 / 243_648) < 0.01)
})

test('where it is narrow, all stands below each other within the width', async () => {
  const svg = partPicture(description, { width: 320 })
  assert.equal(count(svg, 'M0 0h20m-5 -4'), 0, 'no arrow to the side')
  assert.equal(count(partPicture(description), 'M0 0h20m-5 -4'), 1)
  for (const [, x, width] of svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g))
    assert.ok(Number(x) + Number(width) <= 320)
  await assert.doesNotReject(sharp(Buffer.from(svg)).png().toBuffer(), 'a parser of XML reads it')
})

test('what describePart says of a conversion fits: three layers of the embedded text model, six of its vision', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kosmos2-part-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const target = join(folder, 'int8')
  await convert(fileURLToPath(new URL('../../models/kosmos2-tiny', import.meta.url)), target)
  const [vision, projection, text] = await Promise.all(
    PART_NAMES.map(async (part) => texts(partPicture(await describePart(target, part)))),
  )
  assert.ok(
    text!.includes('3 × layers, each:') && text!.includes('3 × layers.*.key') && text!.includes('logits'),
  )
  assert.ok(vision!.includes('6 × layers, each:') && vision!.includes('pixel_values'))
  assert.ok(projection!.includes('x_attn') && !projection!.some((line) => line.startsWith('states')))
})

test('anything but a description is refused', () => {
  const bad =
    (value: unknown, options = {}) =>
    () =>
      partPicture(value as PartDescription, options)
  assert.throws(
    bad(Promise.resolve(description)),
    /Expected what describePart resolves to for description but received Pr/,
  )
  assert.throws(bad(null), /Expected what describePart resolves to for description but received null/)
  assert.throws(bad(description, { height: 5 }), /Unknown option 'height' for partPicture/)
  assert.throws(bad(description, { width: 100 }), /Expected a number of pixels from 280 to 4096 for width/)
})
