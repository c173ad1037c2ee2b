import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  distance,
  layoutLabels,
  sharedArea,
  type LabelRequest,
  type Rectangle,
  type Size,
} from '../../src/plot/label-layout.ts'

const frame = { width: 400, height: 300 }
const height = 20

test('a label sits on top of its box, flush left, where that is free', () => {
  const box = { x: 100, y: 100, width: 80, height: 60 }
  assert.deepEqual(layoutLabels([{ box, width: 50, height }], frame), [{ x: 100, y: 80, width: 50, height }])
})

test('at the border a label moves inside the frame and still touches its box', () => {
  for (const box of [
    { x: 0, y: 0, width: 4, height: 4 },
    { x: 396, y: 0, width: 4, height: 4 },
    { x: 0, y: 296, width: 4, height: 4 },
    { x: 396, y: 296, width: 4, height: 4 },
    { x: 0, y: 0, width: 400, height: 300 },
  ]) {
    const [place] = layoutLabels([{ box, width: 90, height }], frame) as [Rectangle]
    assertInside([place], frame)
    assert.equal(distance(place, box), 0)
  }
})

test('labels stay inside, never collide where each has two rows of room, and come out the same twice', () => {
  const random = generator(1)
  for (let round = 0; round < 60; round++) {
    // 12 rows of 20 pixels and 3 between them fit in 300: room for six labels, however wide and wherever the boxes are.
    const labels = Array.from({ length: 6 }, () => randomLabel(random, 400))
    const places = layoutLabels(labels, frame)
    assertInside(places, frame)
    assert.equal(collisions(places), 0, `round ${round}`)
    assert.deepEqual(layoutLabels(labels, frame), places)
  }
})

test('where room is scarce, labels that came first make way for later ones', () => {
  const random = generator(3)
  for (let round = 0; round < 40; round++) {
    const labels = Array.from({ length: 30 }, () => randomLabel(random, 140))
    const places = layoutLabels(labels, frame)
    assertInside(places, frame)
    assert.equal(collisions(places), 0, `round ${round}`)
  }
})

test('labels of equal boxes are spread on and around the box', () => {
  const box = { x: 150, y: 120, width: 100, height: 60 }
  const labels = Array.from({ length: 5 }, () => ({ box, width: 60, height }))
  const places = layoutLabels(labels, frame)
  assert.equal(collisions(places), 0)
  for (const place of places) assert.ok(distance(place, box) < 2 * height)
})

test('labels that cannot all have room still stay inside', () => {
  const box = { x: 0, y: 0, width: 30, height: 30 }
  const places = layoutLabels(
    Array.from({ length: 9 }, () => ({ box, width: 60, height })),
    { width: 60, height: 60 },
  )
  assertInside(places, { width: 60, height: 60 })
})

function assertInside(places: readonly Rectangle[], { width, height }: Size): void {
  for (const place of places) {
    assert.ok(place.x >= 0 && place.x + place.width <= width, `${place.x} of ${place.width}`)
    assert.ok(place.y >= 0 && place.y + place.height <= height, `${place.y} of ${place.height}`)
  }
}

function collisions(places: readonly Rectangle[]): number {
  return places.flatMap((a, index) => places.slice(0, index).filter((b) => sharedArea(a, b) > 0)).length
}

function randomLabel(random: () => number, widest: number): LabelRequest {
  const [x, y] = [random() * frame.width, random() * frame.height]
  const box = { x, y, width: random() * (frame.width - x), height: random() * (frame.height - y) }
  return { box, width: 20 + random() * (widest - 20), height }
}

/** The same numbers from 0 to 1 in every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}
