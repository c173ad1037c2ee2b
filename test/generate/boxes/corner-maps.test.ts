// Corner maps of the embedded model's own answers, and the boxes that come of them.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { cornerMaps } from '../../../src/generate/boxes/corner-maps.ts'
import { finerEntities } from '../../../src/generate/boxes/finer-entities.ts'
import type { GenerateOutput } from '../../../src/generate/generate.ts'
import { gridBox } from '../../../src/metrics/grid-box.ts'
import { Kosmos2 } from '../../../src/model/kosmos2.ts'
import { boxIou } from '../../../src/text/box-iou.ts'
import type { Entity } from '../../../src/text/post-process.ts'
import { readTinyGolden } from '../../tiny-golden.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const { processor, model } = kosmos
const num_image_tokens = model.config.latent_query_num

async function answer(text: string, picture: string, num_beams = 1): Promise<GenerateOutput> {
  const inputs = await processor.call({ text, images: `data/scenes/${picture}`, num_image_tokens })
  return await model.generate({
    ...inputs,
    num_beams,
    max_new_tokens: 96,
    return_dict_in_generate: true,
    output_scores: true,
  })
}
const plainEntities = (output: GenerateOutput): [string, Entity[]] =>
  processor.post_process_generation(processor.batch_decode(output, { skip_special_tokens: true })[0]!)

test('an answer has a map for each corner, whose likeliest cell is the one that was written', async () => {
  const output = await answer('<grounding> An image of', 'four.png')
  const maps = cornerMaps(processor, output)
  const boxes = plainEntities(output)[1].flatMap(([, , own]) => own)
  assert.equal(maps.length, 4)
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

test('with beams an answer has the maps of its own history: those of the same answer without', async () => {
  const prompt = '<grounding><phrase> a house</phrase>'
  const [greedy, beams] = [await answer(prompt, 'four.png'), await answer(prompt, 'four.png', 3)]
  const [one, other] = [cornerMaps(processor, greedy), cornerMaps(processor, beams)]
  assert.equal(other.length, 1)
  for (const corner of ['upperLeft', 'lowerRight'] as const) {
    assert.equal(other[0]![corner].cell, one[0]![corner].cell)
    const [a, b] = [one[0]![corner].probabilities, other[0]![corner].probabilities]
    a.forEach((p, cell) => {
      assert.ok(Math.abs(p - b[cell]!) < 1e-4, `cell ${cell}: ${p} and ${b[cell]!}`)
    })
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
  // Measured on all scenes that this model was tried on: 0.890, 0.945 and 0.892.
  assert.ok(finer > ceiling + 0.03 && finer > plain + 0.03, `${plain}, ${finer}, ${ceiling}`)
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
