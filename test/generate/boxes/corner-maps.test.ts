// Corner maps of the embedded model's own answers, and the boxes that come of them.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { cornerMaps } from '../../../src/generate/boxes/corner-maps.ts'
import { finerEntities } from '../../../src/generate/boxes/finer-entities.ts'
import { findPatchPairs, patchVocabulary } from '../../../src/generate/boxes/patch-vocabulary.ts'
import type { GenerateOutput } from '../../../src/generate/generate.ts'
import { gridBox } from '../../../src/metrics/grid-box.ts'
import { Kosmos2 } from '../../../src/tasks/kosmos2.ts'
import { boxIou } from '../../../src/text/box-iou.ts'
import { patch_index_to_coordinate } from '../../../src/text/boxes.ts'
import type { Entity } from '../../../src/text/post-process.ts'
import { int64 } from '../../../src/tensor.ts'
import { readTinyGolden } from '../../tiny-golden.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const { processor, model } = kosmos

async function answer(text: string, picture: string): Promise<GenerateOutput> {
  const inputs = await processor.call({ text, images: `data/scenes/${picture}` })
  return await model.generate({
    ...inputs,
    max_new_tokens: 96,
    return_dict_in_generate: true,
    output_scores: true,
  })
}
const plainEntities = (output: GenerateOutput): [string, Entity[]] =>
  processor.post_process_generation(processor.batch_decode(output, { skip_special_tokens: true })[0]!)

test('an answer has a map for each corner, whose likeliest cell is the one that was written', async () => {
  const output = await answer('<grounding> An image of', 'night.png')
  const maps = cornerMaps(processor, output)
  const boxes = plainEntities(output)[1].flatMap(([, , own]) => own)
  assert.deepEqual([maps.length, boxes.length], [4, 4])
  const side = 32
  for (const [i, { upperLeft, lowerRight }] of maps.entries()) {
    for (const { cell, probabilities } of [upperLeft, lowerRight]) {
      assert.equal(probabilities.length, side * side)
      assert.ok(Math.abs(probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-9)
      assert.equal(probabilities.indexOf(Math.max(...probabilities)), cell)
    }
    const [x1, y1] = boxes[i]!
    assert.equal(upperLeft.cell, Math.floor(y1 * side) * side + Math.floor(x1 * side))
  }
})

test('with beams every row has the maps of its own history: those of a single pass over it', async () => {
  const inputs = await processor.call({
    text: '<grounding> An image of',
    images: 'data/scenes/four.png',
  })
  const output = await model.generate({
    ...inputs,
    num_beams: 3,
    num_return_sequences: 3,
    max_new_tokens: 96,
    return_dict_in_generate: true,
    output_scores: true,
  })
  const [rows, width] = output.sequences.dims as [number, number]
  const beams = Array.from(output.beam_indices!.data as BigInt64Array, Number)
  assert.ok(
    beams.some((beam, i) => beam !== -1 && beam !== Math.floor(i / (width - inputs.input_ids.dims[1]!))),
  )
  for (let row = 0; row < rows; row++) {
    const ids = (output.sequences.data as BigInt64Array).slice(row * width, (row + 1) * width)
    const isImage = new BigInt64Array(width)
    isImage.set(inputs.image_embeds_position_mask.data as BigInt64Array)
    const { logits } = await model.forward({
      input_ids: int64(ids, [1, width]),
      image_embeds_position_mask: int64(isImage, [1, width]),
      pixel_values: inputs.pixel_values,
    })
    const vocabulary = patchVocabulary(processor)
    const maps = cornerMaps(processor, output, { row })
    for (const [i, { position }] of findPatchPairs(Array.from(ids, Number), vocabulary).entries())
      for (const [offset, corner] of (['upperLeft', 'lowerRight'] as const).entries()) {
        const from = (position + offset - 1) * logits.dims[2]!
        const scores = vocabulary.ids.map((id) => (logits.data as Float32Array)[from + id]!)
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
        const own = maps[i]![corner].probabilities
        scores.forEach((score, cell) => {
          assert.ok(
            Math.abs(Math.exp(score) / total - own[cell]!) < 1e-4,
            `row ${row}, box ${i}, cell ${cell}`,
          )
        })
      }
  }
})

test('ids hold the boxes that their text holds, in its order, whatever is wrong with it', () => {
  const one = '<patch_index_0022><patch_index_0187>'
  const other = '<patch_index_0500><patch_index_1023>'
  const between = '</delimiter_of_multi_objects/>'
  for (const text of [
    `<grounding><phrase> two owls</phrase><object>${one}${between}${other}</object> and<phrase> an owl</phrase><object>${other}</object>`,
    `<object>${one}${between}${other}${between}${one}</object><object>${other}</object>`,
    `<object>${one}</object></image><object>${other}</object>`,
    `<object>${one}${other}</object><object>${one}${between}</object><object></object><object>${other}</object>`,
    `<object><patch_index_0022></object><object>${one}<object>${other}</object>`,
    `${one}</object><object>${one}`,
  ]) {
    const ids = processor.tokenizer.call(text, { return_tensors: null, add_special_tokens: false }).input_ids
    const inIds = findPatchPairs(ids, patchVocabulary(processor)).map(({ upperLeft, lowerRight }) =>
      patch_index_to_coordinate(upperLeft, lowerRight, 32),
    )
    const inText = processor.post_process_generation(text)[1].flatMap(([, , boxes]) => boxes)
    assert.deepEqual(inIds, inText, text)
  }
})

test('boxes that the prompt gave have no map, and stay as they are', async () => {
  const output = await answer(
    '<grounding><phrase> It</phrase><object><patch_index_0022><patch_index_0187></object> is',
    'one.png',
  )
  assert.deepEqual(cornerMaps(processor, output), [])
  assert.deepEqual(finerEntities(processor, output), plainEntities(output))
})

test('on the example scenes finer boxes lie nearer to the exact ones than the grid itself allows', async () => {
  const ious: [plain: number, finer: number, ceiling: number][] = []
  for (const { file, objects } of readTinyGolden().scenes) {
    const output = await answer('<grounding> An image of', file)
    const [caption, plain] = plainEntities(output)
    const [sameCaption, finer] = finerEntities(processor, output)
    assert.equal(sameCaption, caption)
    assert.deepEqual(
      finer.map(([name, span]) => [name, span]),
      plain.map(([name, span]) => [name, span]),
    )
    for (const { box } of objects) {
      const best = (entities: readonly Entity[]): number =>
        Math.max(...entities.flatMap(([, , boxes]) => boxes.map((own) => boxIou(own, box))))
      ious.push([best(plain), best(finer), boxIou(gridBox(box), box)])
    }
  }
  const mean = (column: 0 | 1 | 2): number => ious.reduce((sum, row) => sum + row[column], 0) / ious.length
  const [plain, finer, ceiling] = [mean(0), mean(1), mean(2)]
  assert.ok(finer > ceiling && finer > plain + 0.02, `${plain}, ${finer}, ${ceiling}`)
})

test('an output without scores, and a row that is not there, are refused', async () => {
  const output = await answer('<grounding> An image of', 'one.png')
  const { sequences } = output
  assert.throws(
    () => cornerMaps(processor, { sequences }),
    /TypeError: Expected what generate gives with .* output_scores: true for output/,
  )
  assert.throws(() => cornerMaps(processor, output, { row: 1 }), /Expected integer from 0 to 0 for row/)
  assert.throws(() => cornerMaps(processor, output, { rows: 0 } as object), /Unknown option 'rows'/)
})
