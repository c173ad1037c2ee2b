// Questions: an answer is a function of the scene and the prompt, and what it says is so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomOf } from '../../scripts/scenes/random.ts'
import { createScene, type Thing } from '../../scripts/scenes/scene.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { TRAINED_STYLES } from '../../scripts/scenes/styles.ts'
import { heldOutSegments } from '../../scripts/scenes/texts/held-out-mix.ts'
import { type Segment, type View, viewOf } from '../../scripts/scenes/texts/segment.ts'
import { trainingSegments } from '../../scripts/scenes/texts/training-mix.ts'
import { KINDS } from '../../scripts/scenes/things.ts'

const sprites = await readSprites(TRAINED_STYLES)
const views = Array.from({ length: 200 }, (_, i) => viewOf(createScene(7_000_000 + i, sprites)))

test('a prompt has one answer in a scene, however often it is drawn, in training and in measuring', () => {
  for (const view of views) {
    const answers = new Map<string, string>()
    for (let draw = 0; draw < 6; draw++) {
      const random = randomOf(view.scene.seed, 100 + draw)
      for (const { prompt, answer } of [
        ...trainingSegments(view, random),
        ...heldOutSegments(view, random),
      ]) {
        assert.equal(answers.get(prompt) ?? answer, answer, `${prompt} in scene ${view.scene.seed}`)
        answers.set(prompt, answer)
      }
    }
  }
})

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six']
const x = ({ box }: Thing): number => (box[0] + box[2]) / 2
const y = ({ box }: Thing): number => (box[1] + box[3]) / 2
const area = ({ box: [x1, y1, x2, y2] }: Thing): number => (x2 - x1) * (y2 - y1)
const byLength = KINDS.flatMap(({ name, plural }) => [name, plural]).sort((a, b) => b.length - a.length)

/** The names in a text, in order; of names within names the longest. */
function namesIn(text: string): string[] {
  const found = text.match(new RegExp(`\\b(?:${byLength.join('|')})\\b`, 'g')) ?? []
  return found.map((word) => KINDS.find(({ name, plural }) => word === name || word === plural)!.name)
}

/** A text without names: "top hat" and "laptop" say nothing of a place. */
const unnamed = (text: string): string =>
  text.replace(new RegExp(`\\b(?:${byLength.join('|')})\\b`, 'g'), '*')

/** The sides that a question may ask for, and how far away from them a thing is, in 0 to 1. */
const SIDES: readonly (readonly [RegExp, (thing: Thing) => number])[] = [
  [/\b(?:above|over|higher|top|upper)\b/, y],
  [/\b(?:below|under|lower|beneath|bottom)\b/, (thing) => 1 - y(thing)],
  [/\bleft\b/, x],
  [/\bright\b/, (thing) => 1 - x(thing)],
]
const SIZES: typeof SIDES = [
  [/\b(?:larger|bigger|largest|biggest)\b/, (thing) => -area(thing)],
  [/\b(?:smaller|tinier|smallest|tiniest)\b/, area],
]
const measureFor = (question: string, measures: typeof SIDES): ((thing: Thing) => number) | undefined =>
  measures.find(([words]) => words.test(unnamed(question)))?.[1]

/** Whether a question may be answered with yes. */
function isSo(question: string, { byName }: View): boolean {
  const [first = [], second = []] = namesIn(question).map((name) => byName.get(name) ?? [])
  const number = NUMBERS.findIndex((word) => question.split(' ').includes(word))
  if (number >= 0) return first.length === number
  const [thing, another] = first
  assert.ok(thing !== undefined && another === undefined, question)
  const size = measureFor(question, SIZES)
  if (size !== undefined) return size(thing) < size(second[0]!)
  const side = measureFor(question, SIDES)
  if (side !== undefined) return side(thing) < (second[0] === undefined ? 0.5 : side(second[0]))
  const colour = /(\w+)\?$/.exec(question)
  return thing.colour === colour![1]
}

/** What is wrong with an answer, read on its own. */
function check({ kind, prompt, answer }: Segment, view: View): void {
  const question = prompt.replace(/^<grounding> /, '').replace(/^Question: (.+) Answer:$/, '$1')
  const said = answer
    .replace(/<[^<>]+>/g, '')
    .trim()
    .replace(/\.$/, '')
  const [asked = []] = namesIn(question).map((name) => view.byName.get(name) ?? [])
  const place = `${question} ${said}, in scene ${view.scene.seed}`
  switch (kind) {
    case 'howMany':
      assert.equal(said, NUMBERS[view.things.length], place)
      break
    case 'howManyOf':
      assert.equal(said, NUMBERS[asked.length], place)
      break
    case 'isThere':
      assert.ok(asked.length > 0 && said.startsWith('yes'), place)
      break
    case 'absent':
      assert.equal(asked.length, 0, place)
      assert.match(said, /^(?:no|zero|there is no .+)$/)
      break
    case 'yesNo':
      assert.equal(said, isSo(question, view) ? 'yes' : 'no', place)
      break
    case 'color':
      assert.equal(said, asked[0]!.colour, place)
      break
    case 'where':
      for (const [side, distance] of SIDES)
        assert.equal(side.test(unnamed(said)), distance(asked[0]!) < 0.38, place)
      break
    case 'background':
      assert.equal(said, view.scene.background.words)
      break
    case 'what':
      assert.ok(isWhat(question, namesIn(said), view), place)
      break
    case undefined:
  }
}

/** Whether things are what was asked for: all of them in order, or the one of which none of the others has more. */
function isWhat(question: string, named: readonly string[], { things, byName }: View): boolean {
  const [other] = namesIn(question).flatMap((name) => byName.get(name) ?? [])
  const measure = measureFor(question, SIZES) ?? measureFor(question, SIDES)
  if (measure !== undefined) {
    const others = things.filter(({ name }) => name !== named[0])
    const best = Math.min(...byName.get(named[0]!)!.map(measure))
    return others.every((thing) => measure(thing) > best) && (other === undefined || measure(other) > best)
  }
  if (/in the (?:middle|center)/.test(question)) return named[0] === things[1]!.name
  return named.join() === things.map(({ name }) => name).join()
}

test('what answers say of 200 scenes is so: numbers, places, colours, sizes, sides, and what is not there', () => {
  for (const view of views)
    for (const segment of heldOutSegments(view, randomOf(view.scene.seed, 99))) check(segment, view)
})
