// A picture to measure and compare with where none is given: discs of three colours over a gradient.
import type { RgbImage } from '../index.ts'

const SIDE = 224
const DISCS = [
  { x: 60, y: 70, radius: 40, colour: [220, 60, 50] },
  { x: 160, y: 90, radius: 30, colour: [60, 170, 80] },
  { x: 110, y: 170, radius: 36, colour: [60, 90, 210] },
] as const

export function samplePicture(): RgbImage {
  const data = new Uint8Array(3 * SIDE * SIDE)
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const disc = DISCS.find((one) => Math.hypot(x - one.x, y - one.y) < one.radius)
      data.set(disc?.colour ?? [200 - (y >> 1), 220 - (y >> 2), 240 - (x >> 2)], 3 * (y * SIDE + x))
    }
  }
  return { width: SIDE, height: SIDE, data }
}
