// Paints a scene: the picture that the model sees, and the boxes that are true in it.
import { paintBackground } from '../../../scripts/scenes/paint-background.ts'
import type { Atlas } from './atlas.ts'
import type { Box } from './box.ts'
import { BACKGROUNDS, type Scene, SCENE_SIDE, type Sticker } from './scene.ts'

/** A thing that is in a picture for certain, and where: fractions of the picture. */
export interface TrueThing {
  readonly name: string
  readonly box: Box
}

/** Alpha from which a pixel belongs to a drawing, as in the scenes that the model was trained on. */
const OPAQUE = 128

function square(side: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null)
    throw new TypeError('Expected a browser that draws on a canvas, but this one does not')
  return context
}

/** A background as an address of an image; the same for the same words. @param side - of the image, in pixels */
export function backgroundUrl(words: string, side = SCENE_SIDE): string {
  const key = `${words} ${side}`
  const known = backgroundUrls.get(key)
  if (known !== undefined) return known
  const context = square(side)
  putBackground(context, words)
  const url = context.canvas.toDataURL()
  backgroundUrls.set(key, url)
  return url
}
const backgroundUrls = new Map<string, string>()

function putBackground(context: CanvasRenderingContext2D, words: string): void {
  const { width, height } = context.canvas
  const rgb = paintBackground(BACKGROUNDS.get(words)!, { width, height }, { width, height })
  const pixels = context.createImageData(width, height)
  pixels.data.fill(255)
  for (let i = 0; i < rgb.length; i++) pixels.data[i + Math.floor(i / 3)] = rgb[i]!
  context.putImageData(pixels, 0, 0)
}

/** How wide and high a sticker is, as fractions of the picture. */
export function extentOf({ size, icon }: Sticker, atlas: Atlas): readonly [width: number, height: number] {
  const [, , width, height] = atlas.icons.get(icon) ?? [0, 0, 1, 1]
  const longer = Math.max(width, height)
  return [(size * width) / longer, (size * height) / longer]
}

function putSticker(context: CanvasRenderingContext2D, sticker: Sticker, atlas: Atlas): void {
  const place = atlas.icons.get(sticker.icon)
  if (place === undefined) return
  const [width, height] = extentOf(sticker, atlas).map((side) => side * SCENE_SIDE) as [number, number]
  context.save()
  context.imageSmoothingQuality = 'high'
  context.translate(sticker.centre[0] * SCENE_SIDE, sticker.centre[1] * SCENE_SIDE)
  if (sticker.flipped) context.scale(-1, 1)
  context.drawImage(atlas.image, ...place, -width / 2, -height / 2, width, height)
  context.restore()
}

/** A scene as a PNG. */
export async function paintScene({ background, stickers }: Scene, atlas: Atlas): Promise<Blob> {
  const context = square(SCENE_SIDE)
  putBackground(context, background)
  for (const sticker of stickers) putSticker(context, sticker, atlas)
  return new Promise((resolve, reject) => {
    context.canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('This browser cannot write a PNG'))
      else resolve(blob)
    })
  })
}

/** What is where in a scene: around the opaque pixels of each drawing, cut at the picture's border. */
export function trueThings({ stickers }: Scene, atlas: Atlas): TrueThing[] {
  const context = square(SCENE_SIDE)
  return stickers.flatMap((sticker) => {
    context.clearRect(0, 0, SCENE_SIDE, SCENE_SIDE)
    putSticker(context, sticker, atlas)
    const box = opaqueBox(context.getImageData(0, 0, SCENE_SIDE, SCENE_SIDE).data)
    return box === undefined ? [] : [{ name: sticker.name, box }]
  })
}

function opaqueBox(rgba: Uint8ClampedArray): Box | undefined {
  let [left, top, right, bottom] = [SCENE_SIDE, SCENE_SIDE, -1, -1]
  for (let y = 0, at = 3; y < SCENE_SIDE; y++)
    for (let x = 0; x < SCENE_SIDE; x++, at += 4) {
      if (rgba[at]! < OPAQUE) continue
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
    }
  if (right < 0) return undefined
  return [left / SCENE_SIDE, top / SCENE_SIDE, right / SCENE_SIDE, bottom / SCENE_SIDE]
}
