// References: read back by an interpreter of its own, each phrase must mean exactly the things it was made for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScene, type Thing } from '../../scripts/scenes/scene.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { TRAINED_STYLES } from '../../scripts/scenes/styles.ts'
import { groundable } from '../../scripts/scenes/texts/grounding.ts'
import { viewOf } from '../../scripts/scenes/texts/segment.ts'
import { KINDS } from '../../scripts/scenes/things.ts'

const sprites = await readSprites(TRAINED_STYLES)

const x = ({ box }: Thing): number => (box[0] + box[2]) / 2
const y = ({ box }: Thing): number => (box[1] + box[3]) / 2
const area = ({ box: [x1, y1, x2, y2] }: Thing): number => (x2 - x1) * (y2 - y1)

/** The things that come out least by some measure: more than one where the next is no more than `margin` away. */
const least = (things: readonly Thing[], measure: (thing: Thing) => number, margin: number): Thing[] => {
  const lowest = Math.min(...things.map(measure))
  return things.filter((thing) => measure(thing) < lowest + margin)
}

/** What the words around a name say, most telling first, and the things that they leave. */
const MODIFIERS: readonly [RegExp, (things: readonly Thing[]) => readonly Thing[]][] = [
  [/^(?:left|leftmost)$|^on the left(?: side)?$/, (things) => least(things, x, 0.08)],
  [/^(?:right|rightmost)$|^on the right(?: side)?$/, (things) => least(things, (thing) => -x(thing), 0.08)],
  [/^(?:upper|top|highest)$|^at the top$/, (things) => least(things, y, 0.08)],
  [/^(?:lower|bottom|lowest)$|^at the bottom$/, (things) => least(things, (thing) => -y(thing), 0.08)],
  [
    /^(?:larger|bigger|large|big|largest|biggest)$/,
    (things) => least(things, (thing) => -Math.log(area(thing)), 0.3),
  ],
  [
    /^(?:smaller|small|little|smallest|tiniest)$/,
    (things) => least(things, (thing) => Math.log(area(thing)), 0.3),
  ],
  [
    /^middle$|^in the (?:middle|center)$/,
    (things) => {
      assert.equal(things.length, 3)
      const [, middle] = [...things].sort((a, b) => x(a) - x(b))
      return [middle!]
    },
  ],
]

/** The things of a scene that a phrase means. */
function meant(phrase: string, things: readonly Thing[]): readonly Thing[] {
  const words = phrase.replace(/^(?:the|an|a|all) /, '').replace(/^(?:two|three|four|five|six) /, '')
  const names = [...KINDS.flatMap(({ name, plural }) => [name, plural]), 'thing'].sort(
    (a, b) => b.length - a.length,
  )
  // The name that comes first, and of those that begin there the longest.
  const found = names
    .map((name) => ({ name, at: words.search(new RegExp(`\\b${name}\\b`)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || b.name.length - a.name.length)
  // A colour that stands before a name is not the name of a fruit.
  const colour = /^(\w+) (.+)$/.exec(words)
  const isColour =
    colour !== null && names.some((name) => colour[2]!.startsWith(name)) && found[0]!.name === colour[1]
  const { name, at } = found[isColour ? 1 : 0]!
  const before = words.slice(0, at).trim()
  const after = words.slice(at + name.length).trim()
  let left: readonly Thing[] = things.filter((thing) => {
    const kind = KINDS.find((candidate) => candidate.name === thing.name)!
    return name === 'thing' || kind.name === name || kind.plural === name
  })
  for (const modifier of [before, after.replace(/^that is /, '')])
    if (modifier !== '') left = narrowed(modifier, left, things)
  return left
}

function narrowed(modifier: string, candidates: readonly Thing[], all: readonly Thing[]): readonly Thing[] {
  const colour = candidates.filter((thing) => thing.colour === modifier)
  if (colour.length > 0) return colour
  const relation = /^(next to|near|by|closest to|to the left of|to the right of|above|below) the (.+)$/.exec(
    modifier,
  )
  if (relation !== null) {
    const [other, another] = all.filter((thing) => thing.name === relation[2])
    assert.ok(other !== undefined && another === undefined, modifier)
    const [dx, dy] = [(t: Thing) => x(t) - x(other), (t: Thing) => y(t) - y(other)]
    if (/next|near|by|closest/.test(relation[1]!))
      return least(candidates, (thing) => Math.log(Math.hypot(dx(thing), dy(thing))), 0.4)
    const isThere = {
      'to the left of': (thing: Thing) => dx(thing) < 0 && Math.abs(dx(thing)) > Math.abs(dy(thing)),
      'to the right of': (thing: Thing) => dx(thing) > 0 && Math.abs(dx(thing)) > Math.abs(dy(thing)),
      above: (thing: Thing) => dy(thing) < 0 && Math.abs(dy(thing)) > Math.abs(dx(thing)),
      below: (thing: Thing) => dy(thing) > 0 && Math.abs(dy(thing)) > Math.abs(dx(thing)),
    }[relation[1]!]!
    return candidates.filter(isThere)
  }
  const corner = /^(?:at|on|in) the (top|bottom|middle)?\s?(left|right)?$/.exec(modifier)
  // The place of the only thing of its kind: it must be there.
  if (corner !== null && candidates.length === 1) {
    const { box } = candidates[0]!
    const third = (value: number): number => (value < 0.38 ? 0 : value > 0.62 ? 2 : 1)
    const column = { left: 0, right: 2 }[corner[2] ?? ''] ?? 1
    const row = { top: 0, bottom: 2 }[corner[1] ?? ''] ?? 1
    return third((box[0] + box[2]) / 2) === column && third((box[1] + box[3]) / 2) === row ? candidates : []
  }
  const rule = MODIFIERS.find(([words]) => words.test(modifier))
  assert.ok(rule !== undefined, `no rule for '${modifier}'`)
  return rule[1](candidates)
}

test('every phrase of 300 scenes means what its boxes show, and nothing else by a margin', () => {
  let checked = 0
  for (let seed = 3_000_000; seed < 3_000_300; seed++) {
    const view = viewOf(createScene(seed, sprites))
    for (const references of Object.values(groundable))
      for (const { phrase, things } of references(view)) {
        assert.deepEqual(meant(phrase, view.things), things, `'${phrase}' in scene ${seed}`)
        checked++
      }
  }
  assert.ok(checked > 3000, `only ${checked} phrases`)
})
