// Scenes: the seed decides all of it, boxes fit their pixels, and what the descriptions promise holds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawScene } from '../../scripts/scenes/draw.ts'
import { visibleShare } from '../../scripts/scenes/placement.ts'
import { boxCentre, intersection } from '../../scripts/scenes/relations.ts'
import { createScene, type Scene, type Thing } from '../../scripts/scenes/scene.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { TRAINED_STYLES } from '../../scripts/scenes/styles.ts'
import { KINDS } from '../../scripts/scenes/things.ts'

const sprites = await readSprites(TRAINED_STYLES)
const scenes = Array.from({ length: 300 }, (_, i) => createScene(5_000_000 + i, sprites))

test('the same seed gives the same scene and the same pixels, another one gives others', () => {
  const [scene, again, other] = [7, 7, 8].map((seed) => createScene(seed, sprites))
  assert.deepEqual(again, scene)
  assert.deepEqual(drawScene(again!, sprites), drawScene(scene!, sprites))
  assert.notDeepEqual(drawScene(other!, sprites), drawScene(scene!, sprites))
})

test('boxes fit the pixels that a thing changes, to a pixel at each side', () => {
  const all = scenes.flatMap((scene) => scene.things.map((thing) => ({ scene, thing })))
  const cropped = all.filter(({ thing }) => touchesBorder(thing))
  const whole = all.filter(({ thing }) => !touchesBorder(thing))
  assert.ok(cropped.length > 50)
  for (const { scene, thing } of [...cropped.slice(0, 50), ...whole.slice(0, 50)]) {
    const flat = { ...scene, background: { ...scene.background, ...PLAIN } }
    const drawn = changedPixels({ ...flat, things: [thing] }, { ...flat, things: [] })
    const { width, height } = scene
    const box = [thing.box[0] * width, thing.box[1] * height, thing.box[2] * width, thing.box[3] * height]
    const worst = Math.max(...box.map((side, i) => Math.abs(side - drawn[i]!)))
    assert.ok(
      worst <= 1.5,
      `${thing.drawing} of ${thing.style} in scene ${scene.seed}: ${box.join()} but drawn at ${drawn.join()}`,
    )
  }
})

/** A background of a colour that no drawing is made of. */
const PLAIN = { pattern: 'plain', rgb: [[255, 0, 255]], shading: 1, grain: 0 } as const

/** Left, top, right and bottom of the pixels that are more than half covered by what only the first scene has. */
function changedPixels(withThing: Scene, without: Scene): [number, number, number, number] {
  const [a, b] = [drawScene(withThing, sprites), drawScene(without, sprites)]
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let pixel = 0; pixel < a.length / 3; pixel++) {
    const difference = [0, 1, 2].map((c) => Math.abs(a[3 * pixel + c]! - b[3 * pixel + c]!))
    if (Math.max(...difference) < 60) continue
    const [x, y] = [pixel % withThing.width, Math.floor(pixel / withThing.width)]
    bounds[0] = Math.min(bounds[0], x)
    bounds[1] = Math.min(bounds[1], y)
    bounds[2] = Math.max(bounds[2], x + 1)
    bounds[3] = Math.max(bounds[3], y + 1)
  }
  return bounds
}

test('of every thing at least 60 % can be seen, and it is no smaller than the grid can tell', () => {
  for (const scene of scenes)
    for (const [i, thing] of scene.things.entries()) {
      const share = visibleShare(thing, scene.things.slice(i + 1), sprites, scene)
      assert.ok(share >= 0.6, `${thing.name} in scene ${scene.seed}: ${share}`)
      const [x1, y1, x2, y2] = thing.box
      assert.ok(x1 >= 0 && y1 >= 0 && x2 <= 1 && y2 <= 1 && x2 - x1 > 1 / 32 && y2 - y1 > 1 / 32)
    }
})

test('scenes hold what they should: 0 to 6 things, overlap, cropping, all shapes, and every thing before long', () => {
  const counts = new Set(scenes.map(({ things }) => things.length))
  assert.deepEqual([...counts].sort(), [0, 1, 2, 3, 4, 5, 6])
  const share = (holds: (scene: Scene) => boolean): number => scenes.filter(holds).length / scenes.length
  assert.ok(share(({ things }) => pairs(things).some(([a, b]) => intersection(a.box, b.box) > 0)) > 0.2)
  assert.ok(share(({ things }) => things.some(touchesBorder)) > 0.1)
  assert.ok(share(({ things }) => new Set(things.map(({ name }) => name)).size < things.length) > 0.2)
  assert.ok(share(({ width, height }) => width > height) > 0.3)
  assert.ok(share(({ width, height }) => width < height) > 0.3)
  const names = new Set(
    Array.from({ length: 600 }, (_, i) => createScene(6_000_000 + i, sprites)).flatMap(namesOf),
  )
  const unseen = KINDS.filter(({ name }) => !names.has(name)).map(({ name }) => name)
  assert.ok(KINDS.length >= 150)
  assert.ok(unseen.length <= 1, `never drawn: ${unseen.join(', ')}`)
})

const namesOf = ({ things }: Scene): string[] => things.map(({ name }) => name)
const touchesBorder = ({ box: [x1, y1, x2, y2] }: Thing): boolean => Math.min(x1, y1, 1 - x2, 1 - y2) < 0.004
const pairs = (things: readonly Thing[]): [Thing, Thing][] =>
  things.flatMap((a, i) => things.slice(i + 1).map((b): [Thing, Thing] => [a, b]))

test('no two things share a place from left to right, so that captions have one order', () => {
  for (const { seed, things } of scenes)
    for (const [a, b] of pairs(things))
      assert.ok(
        Math.abs(boxCentre(a.box)[0] - boxCentre(b.box)[0]) >= 0.02,
        `scene ${seed}: ${a.name}, ${b.name}`,
      )
})
