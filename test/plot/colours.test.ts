import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channels, contrast, entityColour, entityDash, textColourOn } from '../../src/plot/colours.ts'
import { dark, light } from '../../src/plot/theme.ts'

const round = Array.from({ length: 7 }, (_, index) => index)

// Machado, Oliveira and Fernandes (2009), severity 1: how linear RGB is seen.
const visions = {
  'all cones': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  'no red cones': [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  'no green cones': [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  'no blue cones': [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
}
for (const [vision, matrix] of Object.entries(visions))
  test(`the seven colours can be told apart by eyes with ${vision}`, () => {
    const seen = round.map((index) => oklab(entityColour(index), matrix))
    for (const [i, a] of seen.entries())
      for (const [j, b] of seen.slice(0, i).entries()) {
        const difference = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
        // Two colours side by side are told apart from about 0.02.
        assert.ok(difference > 0.07, `${entityColour(i)} and ${entityColour(j)} differ by ${difference}`)
      }
  })

test('after seven phrases the colours come round, told apart by dashes', () => {
  assert.equal(entityColour(7), entityColour(0))
  const looks = Array.from({ length: 28 }, (_, index) => `${entityColour(index)} ${entityDash(index)}`)
  assert.equal(new Set(looks).size, 28)
  assert.deepEqual(round.map(entityDash), new Array(7).fill(undefined))
})

test('contrast is as WCAG defines it', () => {
  assert.equal(contrast('#FFFFFF', '#000000'), 21)
  assert.equal(contrast('#777777', '#FFFFFF').toFixed(2), '4.48') // WebAIM's well known example
})

test('text on labels reads well, and so does text on the tint of every phrase in both themes', () => {
  for (const index of round) {
    const colour = entityColour(index)
    assert.ok(contrast(textColourOn(colour), colour) >= 4.5, `label ${colour}`)
    for (const theme of [light, dark]) {
      const tinted = mix(colour, theme.card, 0.22)
      assert.ok(contrast(theme.text, tinted) >= 7, `phrase ${colour} on ${theme.card}`)
    }
  }
  for (const theme of [light, dark])
    for (const text of [theme.text, theme.muted]) assert.ok(contrast(text, theme.card) >= 4.5)
})

test('an index that is no whole number from 0 is refused', () => {
  for (const index of [-1, 0.5, NaN])
    assert.throws(() => entityColour(index), /Expected a whole number from 0 for index but received/)
})

function mix(over: string, under: string, share: number): string {
  const [a, b] = [channels(over), channels(under)]
  const mixed = a.map((channel, index) => Math.round(channel * share + b[index]! * (1 - share)))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** Ottosson's OKLab of a colour as an eye sees it, whose distances are about even. */
function oklab(colour: string, seen: readonly number[]): [number, number, number] {
  const linear = channels(colour).map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  )
  const rgb = multiply(seen, linear).map((value) => Math.min(Math.max(value, 0), 1))
  const cones = multiply(
    [
      0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619,
      0.2817188376, 0.6299787005,
    ],
    rgb,
  ).map(Math.cbrt)
  return multiply(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371,
      0.7827717662, -0.808675766,
    ],
    cones,
  )
}

function multiply(matrix: readonly number[], vector: readonly number[]): [number, number, number] {
  const row = (index: number): number =>
    vector.reduce((sum, value, column) => sum + value * matrix[3 * index + column]!, 0)
  return [row(0), row(1), row(2)]
}
