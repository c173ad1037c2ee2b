// Flickr30k Entities: the phrases of five captions a picture, and their boxes.
// Source: Plummer et al., "Flickr30k Entities", 2015; github.com/BryanPlummer/flickr30k_entities
// (flickr30k_entities_utils.py), and its copy that KOSMOS-2 is evaluated by (microsoft/unilm,
// kosmos-2/evaluation/flickr_entities/flickr_entities_evaluate.py).
import { AnnotationError } from '../errors.ts'
import type { Box } from '../text/box-iou.ts'
import type { ImageSize } from '../text/boxes.ts'
import { damaged } from './annotation-file.ts'

/** A phrase of a caption. */
export interface Flickr30kPhrase {
  /** The id of the entity that it means, shared by all phrases that mean it; `0` for what cannot be seen. */
  readonly id: string
  /** Such as `people` or `bodyparts`. */
  readonly types: readonly string[]
  readonly text: string
  /** The caption up to the phrase, without marks. */
  readonly before: string
}
export interface Flickr30kSentence {
  /** The caption without marks. */
  readonly text: string
  readonly phrases: readonly Flickr30kPhrase[]
}

/** What `Annotations/ID.xml` says of a picture. */
export interface Flickr30kAnnotation {
  readonly size: ImageSize
  /** By entity: its boxes in pixels, as the file has them: KOSMOS-2's evaluation does not count them from 0. */
  readonly boxes: ReadonlyMap<string, readonly Box[]>
}

const PHRASE = /\[\/EN#(\d+)((?:\/[^\s/\]]+)+)\s+([^[\]]+)\]/g

/**
 * Reads `Sentences/ID.txt`: a caption a line, phrases marked as `[/EN#283585/people Two young guys]`.
 * @param place - the file, for messages
 * @throws {AnnotationError} `DAMAGED` for a mark that is no phrase
 */
export function parseFlickr30kSentences(text: string, place: string): Flickr30kSentence[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines.flatMap((line, index) => (line === '' ? [] : [sentence(line, `${place}: line ${index + 1}`)]))
}

function sentence(line: string, place: string): Flickr30kSentence {
  const phrases: Flickr30kPhrase[] = []
  let [plain, end] = ['', 0]
  for (const match of line.matchAll(PHRASE)) {
    plain += line.slice(end, match.index)
    const [, id, types, text] = match as unknown as [string, string, string, string]
    phrases.push({ id, types: types.slice(1).split('/'), text: text.trim(), before: plain.trim() })
    plain += text.trim()
    end = match.index + match[0].length
  }
  plain += line.slice(end)
  if (plain.includes('[/EN#')) throw damaged(place, 'phrases as [/EN#id/type words]', line)
  return { text: plain, phrases }
}

let parser: Promise<DOMParser> | undefined

/** jsdom's, which expands no entities of its own and loads nothing; loaded with the first file. */
function xmlParser(): Promise<DOMParser> {
  parser ??= import('jsdom').then(({ JSDOM }) => new new JSDOM('').window.DOMParser())
  return parser
}

/**
 * Reads `Annotations/ID.xml`. An `<object>` has the ids of its entities (`<name>`) and a `<bndbox>`, or none where the
 * entity is the whole scene or cannot be seen.
 * @param place - the file, for messages
 * @throws {AnnotationError} `DAMAGED` where it is no XML, or not of this form
 */
export async function parseFlickr30kAnnotation(xml: string, place: string): Promise<Flickr30kAnnotation> {
  const document = (await xmlParser()).parseFromString(xml, 'application/xml')
  const fault = document.querySelector('parsererror')
  if (fault !== null)
    throw new AnnotationError('DAMAGED', `${place}: not valid XML: ${fault.textContent.trim().slice(0, 200)}`)
  const root = document.documentElement
  if (root.tagName !== 'annotation') throw damaged(place, 'an <annotation>', `<${root.tagName}>`)
  const size = childOf(root, 'size', place)
  const [width, height] = [
    numberIn(childOf(size, 'width', place), place),
    numberIn(childOf(size, 'height', place), place),
  ]
  const boxes = new Map<string, Box[]>()
  for (const object of children(root, 'object')) {
    const [bounds] = children(object, 'bndbox')
    if (bounds === undefined) continue
    const corner = (name: string): number => numberIn(childOf(bounds, name, place), place)
    const [x1, y1, x2, y2] = [corner('xmin'), corner('ymin'), corner('xmax'), corner('ymax')]
    // It may reach over the border, as the published evaluation takes it, but a part of it lies in the picture.
    if (!(x1 < x2 && x1 < width && y1 < y2 && y1 < height))
      throw damaged(`${place}: <bndbox>`, `xmin < xmax, ymin < ymax, inside ${width} x ${height}`, [
        x1,
        y1,
        x2,
        y2,
      ])
    for (const { textContent: id } of children(object, 'name'))
      boxes.set(id.trim(), [...(boxes.get(id.trim()) ?? []), [x1, y1, x2, y2]])
  }
  return { size: { width, height }, boxes }
}

function children(parent: Element, name: string): Element[] {
  return Array.from(parent.children).filter(({ tagName }) => tagName === name)
}

function childOf(parent: Element, name: string, place: string): Element {
  const [child] = children(parent, name)
  if (child === undefined) throw damaged(place, `<${name}> in <${parent.tagName}>`, parent.textContent.trim())
  return child
}

function numberIn({ tagName, textContent }: Element, place: string): number {
  if (!/^\s*\d{1,6}\s*$/.test(textContent))
    throw damaged(`${place}: <${tagName}>`, 'a whole number of pixels', textContent)
  return Number(textContent)
}
