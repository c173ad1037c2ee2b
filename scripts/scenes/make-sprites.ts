// Makes data/sprites from the sets of icons: every drawing of every thing, cut to its opaque pixels, those of a style
// side by side in one picture. Its packages are its own: first run `npm ci --ignore-scripts` in scripts/scenes.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import sharp from 'sharp'
import { type AtlasIndex, OPAQUE, SPRITES_FOLDER } from './sprites.ts'
import { type Style, STYLES } from './styles.ts'
import { KINDS } from './things.ts'

/** An icon set as Iconify publishes it, as far as it is used here. */
interface IconSet {
  readonly width?: number
  readonly height?: number
  readonly icons: Readonly<Record<string, Icon | undefined>>
  readonly aliases?: Readonly<Record<string, { readonly parent: string } | undefined>>
}
interface Icon {
  readonly body: string
  readonly width?: number
  readonly height?: number
}

interface Picture {
  readonly icon: string
  readonly width: number
  readonly height: number
  readonly pixels: Buffer
}

/** Width of the picture with all sprites of a style. */
const ATLAS_WIDTH = 2048
/** Transparent pixels around the opaque ones that are kept, for their soft edge. */
const EDGE = 1

const folder = new URL('.', SPRITES_FOLDER)
await mkdir(folder, { recursive: true })
for (const style of STYLES) {
  const set = await readSet(style)
  const names = new Set(KINDS.flatMap(({ drawings }) => drawings.map(({ icon }) => icon)))
  const pictures: Picture[] = []
  for (const name of names) {
    const icon = set.icons[name] ?? set.icons[set.aliases?.[name]?.parent ?? '']
    if (icon === undefined) throw new Error(`Expected ${style.package} to have an icon ${name} for things.ts`)
    pictures.push(await rasterize(name, icon, set, style.size))
  }
  const bytes = await writeAtlas(style, pictures)
  console.log(`${style.name}: ${pictures.length} icons, ${bytes} bytes`)
}

async function readSet(style: Style): Promise<IconSet> {
  const require = createRequire(import.meta.url)
  const { version } = require(`${style.package}/package.json`) as { version: string }
  if (version !== style.version)
    throw new Error(
      `Expected ${style.package} ${style.version}, but ${version} is installed; run npm ci here`,
    )
  return JSON.parse(await readFile(require.resolve(`${style.package}/icons.json`), 'utf8')) as IconSet
}

/** Draws an icon so that the longer side of its opaque pixels is `side`, and cuts it to them. */
async function rasterize(name: string, icon: Icon, set: IconSet, side: number): Promise<Picture> {
  const width = icon.width ?? set.width ?? 16
  const height = icon.height ?? set.height ?? 16
  const svg = (scale: number): Buffer =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
        `viewBox="0 0 ${width} ${height}" width="${width * scale}" height="${height * scale}">${icon.body}</svg>`,
    )
  const scale = (2 * side) / Math.max(width, height)
  const large = opaqueBounds(await pixelsOf(svg(scale)))
  const fitted = await pixelsOf(
    svg((scale * side) / Math.max(large.right - large.left, large.bottom - large.top)),
  )
  const bounds = opaqueBounds(fitted)
  const left = Math.max(0, bounds.left - EDGE)
  const top = Math.max(0, bounds.top - EDGE)
  const size = {
    width: Math.min(fitted.width, bounds.right + EDGE) - left,
    height: Math.min(fitted.height, bounds.bottom + EDGE) - top,
  }
  const pixels = await sharp(fitted.data, {
    raw: { width: fitted.width, height: fitted.height, channels: 4 },
  })
    .extract({ left, top, ...size })
    .raw()
    .toBuffer()
  return { icon: name, ...size, pixels }
}

interface Pixels {
  readonly data: Buffer
  readonly width: number
  readonly height: number
}

async function pixelsOf(svg: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(svg).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

function opaqueBounds({ data, width, height }: Pixels): Record<'left' | 'top' | 'right' | 'bottom', number> {
  const bounds = { left: width, top: height, right: 0, bottom: 0 }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < OPAQUE) continue
      bounds.left = Math.min(bounds.left, x)
      bounds.right = Math.max(bounds.right, x + 1)
      bounds.top = Math.min(bounds.top, y)
      bounds.bottom = Math.max(bounds.bottom, y + 1)
    }
  return bounds
}

/** Puts the sprites in rows, the tall ones first, and writes the picture and its index. @returns the picture's bytes */
async function writeAtlas(style: Style, pictures: readonly Picture[]): Promise<number> {
  const icons: Record<string, [number, number, number, number]> = {}
  let [x, y, rowHeight] = [0, 0, 0]
  const layers = [...pictures]
    .sort((a, b) => b.height - a.height || a.icon.localeCompare(b.icon, 'en'))
    .map(({ icon, width, height, pixels }) => {
      if (x + width > ATLAS_WIDTH) [x, y, rowHeight] = [0, y + rowHeight, 0]
      const [left, top] = [x, y]
      icons[icon] = [left, top, width, height]
      x += width
      rowHeight = Math.max(rowHeight, height)
      return { input: pixels, raw: { width, height, channels: 4 as const }, left, top }
    })
  const image = await sharp({
    create: { width: ATLAS_WIDTH, height: y + rowHeight, channels: 4, background: '#0000' },
  })
    .composite(layers)
    .webp({ lossless: true, effort: 6 })
    .toBuffer()
  await writeFile(new URL(`${style.name}.webp`, folder), image)
  const index: AtlasIndex = {
    style: style.name as AtlasIndex['style'],
    icons: Object.fromEntries(Object.entries(icons).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
  const lines = Object.entries(index.icons).map(
    ([icon, place]) => `    ${JSON.stringify(icon)}: ${JSON.stringify(place)}`,
  )
  await writeFile(
    new URL(`${style.name}.json`, folder),
    `{\n  "style": "${index.style}",\n  "icons": {\n${lines.join(',\n')}\n  }\n}\n`,
  )
  return image.length
}
