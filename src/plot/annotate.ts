// The picture with its grounded phrases: boxes and labels over it, and below it the caption in the same colours.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import type { Entity } from '../text/post-process.ts'
import { boxOverlay, describeBox } from './box-overlay.ts'
import { captionBlock } from './caption-block.ts'
import { svgCard } from './card.ts'
import { checkBoxUnit, checkEntities, type BoxUnit, type CheckedEntity } from './entities.ts'
import { checkWidth, embedPicture } from './picture.ts'
import { element, group } from './svg.ts'
import { checkTheme, fill, type Theme } from './theme.ts'

/** How a picture is annotated, whatever is found in it. */
export interface AnnotatorOptions {
  /** Width of the picture on the page, 160 to 4096 pixels; by default its own, within 320 to 640. */
  readonly width?: number | undefined
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
  /** What the numbers of the boxes count; by default `fractions` of the picture's width and height. */
  readonly boxes?: BoxUnit | undefined
  /** Whether the phrases stand at their boxes; by default they do. */
  readonly labels?: boolean | undefined
}
export interface AnnotateOptions extends AnnotatorOptions {
  /** The caption that the spans of the entities count in; shown under the picture. */
  readonly caption?: string | undefined
}
/** Draws entities over its picture, and the caption below. The same input gives the same string. */
export type Annotator = (entities: readonly Entity[], caption?: string) => string

/** Room for a few labels even on the flattest picture, in pixels. */
const minimumHeight = 96

/**
 * Draws the boxes of entities over a picture, each with its phrase, and the caption below in the same colours. A
 * phrase has its colour by its place among the entities; the seven colours are Okabe and Ito's, safe for colour-blind
 * eyes. Pointing at a phrase, a label or a box fades the other boxes where the viewer knows style sheets.
 * @param image - path, URL, bytes, data URL or sharp instance
 * @param entities - `[name, [start, end], [[x1, y1, x2, y2], ...]]` as `post_process_generation` returns them; a
 * box that lies outside the picture is drawn along its edge
 * @returns an SVG document, the picture inside: the same input gives the same string
 * @throws {TypeError | RangeError} if an entity or an option is not what it should be, naming it
 * @throws {ImageError} if the picture cannot be read
 */
export async function annotate(
  image: ImageInput,
  entities: readonly Entity[],
  options: AnnotateOptions = {},
): Promise<string> {
  rejectUnknownOptions('annotate', options, ['caption', 'width', 'theme', 'boxes', 'labels'])
  const { caption, ...looks } = options
  const { unit } = checkLooks(looks)
  checkEntities(entities, unit, undefined, checkCaption(caption)) // before the work of reading the picture
  return (await annotator(image, looks))(entities, caption)
}

/**
 * Reads a picture once, to annotate it as often as there is something new to show; each time takes about a millisecond.
 * @throws as `annotate`, and so does the function that it resolves to
 */
export async function annotator(image: ImageInput, looks: AnnotatorOptions = {}): Promise<Annotator> {
  const { width, theme, unit, labels } = checkLooks(looks)
  const { frame, shown, own, href, pixelHash } = await embedPicture(image, { width, minimumHeight })
  return (entities, caption) => {
    const checked = checkEntities(entities, unit, own, checkCaption(caption))
    const below =
      caption === undefined ? undefined : captionBlock(caption, checked, frame.width, frame.height, theme)
    return svgCard(
      {
        content: [pixelHash, checked, caption, labels],
        width: frame.width,
        height: frame.height + (below?.height ?? 0),
        title: caption ?? (checked.length === 0 ? 'A picture' : 'A picture with the boxes of its phrases'),
        description: describe(checked),
        theme,
        rules: (id) => fadeRules(id, checked.length),
      },
      (id) =>
        group(
          element(
            'g',
            { 'clip-path': `url(#${id}-edge)` },
            element('rect', { ...frame, ...fill('mat', theme) }),
            element('image', { ...shown, preserveAspectRatio: 'none', href }),
          ),
          boxOverlay(checked, shown, frame, labels),
          below?.drawn,
        ),
    )
  }
}

interface Looks {
  readonly width: number | undefined
  readonly theme: Theme
  readonly unit: BoxUnit
  readonly labels: boolean
}

function checkLooks({ width, theme = 'auto', boxes = 'fractions', labels = true }: AnnotatorOptions): Looks {
  if (typeof labels !== 'boolean') throw invalidType('labels', 'true or false', labels)
  return { width: checkWidth(width), theme: checkTheme(theme), unit: checkBoxUnit(boxes), labels }
}

function checkCaption(caption: string | undefined): string | undefined {
  if (caption !== undefined && typeof caption !== 'string') throw invalidType('caption', 'a string', caption)
  return caption
}

/** All boxes in words. */
function describe(entities: readonly CheckedEntity[]): string {
  const boxes = entities.flatMap(({ name, boxes }) => boxes.map((box) => describeBox(name, box)))
  return boxes.length === 0 ? 'No phrase is linked to a box.' : `${boxes.join('; ')}.`
}

/** Rules by which pointing at anything of one entity fades the boxes and labels of the others. */
function fadeRules(id: string, count: number): string {
  if (count < 2) return ''
  const faded = Array.from(
    { length: count },
    (_, index) =>
      `#${id}:has([data-entity="${index}"]:hover) [data-entity]:not(.phrase):not([data-entity="${index}"]){opacity:.15}`,
  )
  return `#${id} [data-entity]{transition:opacity .15s}${faded.join('')}`
}
