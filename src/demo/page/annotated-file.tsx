// An annotated picture as a file: SVG with the picture inside it, the same drawn as PNG, and the crops of the boxes.
import { render } from 'preact'
import { Annotations } from './annotations.tsx'
import { fileOf } from './picture-files.ts'
import type { Run } from './runs.ts'

/** Files are drawn at the picture's own size, but never so small that labels do not fit. */
const LEAST_WIDTH = 480
/** Nor larger than a canvas can be everywhere. */
const MOST_WIDTH = 4096

async function ownFile({ picture }: Run): Promise<Blob> {
  const file = await fileOf(picture.key)
  if (file === undefined) throw new Error('The picture is no longer in this browser.')
  return file
}

function dataUrl(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => {
      resolve(reader.result as string)
    }
    reader.onerror = () => {
      reject(reader.error ?? new Error('The picture cannot be read'))
    }
    reader.readAsDataURL(file)
  })
}

/** The annotated picture as an SVG document. */
export async function annotatedSvg(run: Run): Promise<Blob> {
  const { width: across, height: down } = run.picture
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, across))
  const size = { width, height: Math.round((width * down) / across) }
  const href = await dataUrl(await ownFile(run))
  const holder = document.createElement('div')
  render(
    <svg xmlns="http://www.w3.org/2000/svg" {...size} viewBox={`0 0 ${size.width} ${size.height}`} role="img">
      <title>{run.text}</title>
      <image href={href} {...size} preserveAspectRatio="none" />
      <Annotations entities={run.entities} size={size} />
    </svg>,
    holder,
  )
  const text = new XMLSerializer().serializeToString(holder.firstElementChild!)
  render(null, holder)
  return new Blob([text], { type: 'image/svg+xml' })
}

/** The annotated picture as a PNG. */
export async function annotatedPng(run: Run): Promise<Blob> {
  const url = URL.createObjectURL(await annotatedSvg(run))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    return await drawn(image.width, image.height, (context) => {
      context.drawImage(image, 0, 0)
    })
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** Each box cut out of the picture, as PNG, with a file name. */
export async function crops(run: Run): Promise<{ readonly name: string; readonly file: Blob }[]> {
  const image = await createImageBitmap(await ownFile(run))
  const cuts = run.entities.flatMap(({ name, boxes }) => boxes.map((box) => ({ name, box })))
  return Promise.all(
    cuts.map(async ({ name, box: [ax, ay, bx, by] }, index) => {
      const [left, right] = edges(ax, bx, image.width)
      const [top, bottom] = edges(ay, by, image.height)
      const file = await drawn(right - left, bottom - top, (context) => {
        context.drawImage(image, -left, -top)
      })
      return { name: `${index + 1}-${fileName(name)}.png`, file }
    }),
  )
}

function edges(a: number, b: number, side: number): [number, number] {
  const low = Math.min(side - 1, Math.max(0, Math.floor(Math.min(a, b) * side)))
  return [low, Math.min(side, Math.max(low + 1, Math.ceil(Math.max(a, b) * side)))]
}

/** A phrase as part of a file's name. */
export const fileName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'picture'

function drawn(
  width: number,
  height: number,
  draw: (context: CanvasRenderingContext2D) => void,
): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  draw(canvas.getContext('2d')!)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('This browser cannot write a PNG of that size'))
      else resolve(blob)
    })
  })
}
