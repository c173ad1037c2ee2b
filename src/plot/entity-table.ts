// Entities as a table: what each phrase is, where it stands in the caption and where its boxes lie.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import type { ImageSize } from '../text/boxes.ts'
import type { Entity } from '../text/post-process.ts'
import { entityColour } from './colours.ts'
import { checkBoxUnit, checkEntities, type BoxCorners, type BoxUnit } from './entities.ts'
import { element, group, type Attributes, type Markup } from './svg.ts'

export interface EntityTableOptions {
  /** The picture's size in pixels; with it the table gives the boxes in pixels too. */
  readonly image_size?: ImageSize | undefined
  /** What the numbers of the boxes count; by default `fractions`. `pixels` needs `image_size`. */
  readonly boxes?: BoxUnit | undefined
}

/**
 * A table for a notebook's HTML output: one row a box, with the phrase, its colour as in `annotate`, its span in the
 * caption (code points) and the box in fractions of the picture and, given its size, in pixels.
 * @param entities - `[name, [start, end], [[x1, y1, x2, y2], ...]]` as `post_process_generation` returns them
 * @returns HTML: one `<table>`, whose text has the colours of the page around it
 * @throws {TypeError | RangeError} if an entity or an option is not what it should be, naming it
 */
export function entityTable(entities: readonly Entity[], options: EntityTableOptions = {}): string {
  rejectUnknownOptions('entityTable', options, ['image_size', 'boxes'])
  const size = checkSize(options.image_size)
  const unit = checkBoxUnit(options.boxes ?? 'fractions')
  if (unit === 'pixels' && size === undefined)
    throw invalidType('image_size', "{ width, height } with boxes: 'pixels'", size)
  const checked = checkEntities(entities, unit, size)
  const columns = ['phrase', 'span', 'box in fractions', ...(size === undefined ? [] : ['box in pixels'])]

  const rows = checked.flatMap(({ name, span, boxes }, index) => {
    const rowspan = boxes.length > 1 ? boxes.length : undefined
    const swatch = element('span', { style: `color:${entityColour(index)}`, 'aria-hidden': 'true' }, '■')
    const phrase = group(
      cell('td', { rowspan }, swatch, ` ${name}`),
      cell('td', { rowspan }, span[0] === span[1] ? '–' : span.join(', ')),
    )
    const places = boxes.length === 0 ? [undefined] : boxes
    return places.map((box, place) =>
      element(
        'tr',
        { 'data-entity': index },
        place === 0 && phrase,
        cell('td', {}, box === undefined ? '–' : box.map(fraction).join(', ')),
        size !== undefined && cell('td', {}, box === undefined ? '–' : inPixels(box, size)),
      ),
    )
  })
  const none = element('tr', {}, cell('td', { colspan: columns.length }, 'No phrase is linked to a box.'))
  return element(
    'table',
    { style: 'border-collapse:collapse' },
    element('thead', {}, element('tr', {}, ...columns.map((name) => cell('th', {}, name)))),
    element('tbody', {}, ...(rows.length === 0 ? [none] : rows)),
  ).markup
}

function cell(name: 'th' | 'td', attributes: Attributes, ...children: (Markup | string)[]): Markup {
  // Notebooks align the cells of tables to the right.
  return element(name, { style: 'text-align:left;padding:4px 14px 4px 0', ...attributes }, ...children)
}

/** Three decimals: a place in the 32 x 32 grid is a multiple of 1/64. */
function fraction(value: number): string {
  return value.toFixed(3)
}

function inPixels([x1, y1, x2, y2]: BoxCorners, { width, height }: ImageSize): string {
  return [x1 * width, y1 * height, x2 * width, y2 * height].map((value) => Math.round(value)).join(', ')
}

function checkSize(size: ImageSize | undefined): ImageSize | undefined {
  const sides = size === undefined ? [] : [size.width, size.height]
  if (!sides.every((side) => Number.isFinite(side) && side > 0))
    throw invalidType('image_size', '{ width, height } in pixels', size)
  return size
}
