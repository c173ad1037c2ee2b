// From users' texts to the prompts that are encoded: picture placeholders in front, boxes after their phrases.
// Source: transformers processing_kosmos2.py.
import { invalidType } from '../errors.ts'
import { type BoxInput, type ImageSize, type PhraseBoxes, boxToPatches, isBox } from './boxes.ts'
import { strip } from './python-text.ts'
import {
  BEGIN_OF_IMAGE,
  BEGIN_OF_OBJECT,
  DELIMITER_OF_OBJECTS,
  END_OF_IMAGE,
  END_OF_OBJECT,
  PHRASE,
  patchIndexToken,
} from './tags.ts'

/** The boxes of one text: for each of its phrases a box, several boxes, or null; null for no boxes at all. */
export type TextBoxes = readonly PhraseBoxes[] | null

/** The boxes of one text, and how the caller reaches them, for messages. */
export interface NamedBoxes {
  readonly bboxes: TextBoxes
  readonly bboxesName: string
}

/** What one prompt is made of. */
export interface PromptParts extends NamedBoxes {
  readonly text: string
  /** How many places are kept for a picture; undefined without one. */
  readonly imageSlots: number | undefined
  /** The picture's size, which boxes in pixels need. */
  readonly imageSize: ImageSize | undefined
  readonly patchesPerSide: number
}

/**
 * The text without surrounding white space, after the placeholders of a picture and with the patch indices of its
 * boxes. The placeholders are `<image>` once, then once a place, then `</image>`; the ids of the places are replaced
 * after encoding.
 * @throws {TypeError} for a box of an unknown form
 * @throws {RangeError} if there are boxes, but not as many entries as phrases
 */
export function buildPrompt(parts: PromptParts): string {
  const text = strip(parts.text)
  const { imageSlots } = parts
  if (imageSlots === undefined) return insertPatchIndices(text, parts)
  const placeholders = new Array<string>(imageSlots + 1).fill(BEGIN_OF_IMAGE).join(' ')
  return insertPatchIndices(`${placeholders} ${END_OF_IMAGE} ${text}`, parts)
}

function insertPatchIndices(text: string, parts: PromptParts): string {
  const { bboxes, bboxesName } = parts
  if (bboxes === null || bboxes.length === 0) return text
  const phrases = text.match(PHRASE)?.length ?? 0
  if (phrases !== bboxes.length)
    throw new RangeError(
      `Expected as many entries in ${bboxesName} as there are phrases (<phrase>...</phrase>) in the text, ` +
        `which has ${phrases}, but received ${bboxes.length}; the entry of a phrase without box is null`,
    )
  let index = 0
  return text.replace(PHRASE, (phrase) => {
    const name = `${bboxesName}[${index}]`
    return phrase + objectTag(name, bboxes[index++], parts)
  })
}

/** `<object> <patch_index_0044> <patch_index_0863> </object>`, or nothing without boxes. */
function objectTag(name: string, entry: unknown, parts: PromptParts): string {
  if (entry === null) return ''
  const toText = (boxName: string, box: unknown): string =>
    boxToPatches(boxName, box, parts.patchesPerSide, parts.imageSize).map(patchIndexToken).join(' ')
  const boxes = boxList(entry)
  const texts =
    boxes === undefined ? [toText(name, entry)] : boxes.map((box, i) => toText(`${name}[${i}]`, box))
  if (texts.length === 0) return ''
  return `${BEGIN_OF_OBJECT} ${texts.join(` ${DELIMITER_OF_OBJECTS} `)} ${END_OF_OBJECT}`
}

/** The boxes of an entry that is an array of boxes; undefined for an entry that is a box itself, or should be one. */
function boxList(entry: unknown): readonly unknown[] | undefined {
  return Array.isArray(entry) && !isBox(entry) ? entry : undefined
}

/**
 * The boxes of each text, and what they are called.
 * @param bboxes - of one text, or where there are several an array with an entry a text
 * @throws {TypeError} for anything else
 * @throws {RangeError} for a number of entries other than that of the texts
 */
export function boxesPerText(bboxes: unknown, texts: number, single: boolean): NamedBoxes[] {
  if (single) return [{ bboxes: checkTextBoxes('bboxes', bboxes ?? null), bboxesName: 'bboxes' }]
  const entries = bboxes ?? new Array<null>(texts).fill(null)
  if (!Array.isArray(entries)) throw invalidType('bboxes', 'an array with an entry a text', bboxes)
  if (entries.length !== texts)
    throw new RangeError(
      `Expected an entry a text for bboxes, so ${texts}, but received ${entries.length}; without boxes it is null`,
    )
  return entries.map((entry: unknown, index) => {
    const bboxesName = `bboxes[${index}]`
    return { bboxes: checkTextBoxes(bboxesName, entry), bboxesName }
  })
}

function checkTextBoxes(name: string, bboxes: unknown): TextBoxes {
  if (bboxes === null) return null
  if (!Array.isArray(bboxes)) throw invalidType(name, 'an array with an entry a phrase', bboxes)
  return bboxes as readonly PhraseBoxes[]
}

/** @throws {RangeError} unless there are as many pictures as texts */
export function checkImageCount(texts: number, images: number): void {
  if (texts !== images)
    throw new RangeError(`Expected one picture a text, so ${texts}, but received ${images}`)
}

/** Whether one of the boxes is given in pixels, so that the picture's size is needed. */
export function needImageSize(bboxes: TextBoxes): boolean {
  const boxes = (bboxes ?? []).flatMap((entry) => (boxList(entry) ?? [entry]) as readonly (BoxInput | null)[])
  return boxes.some((box) => typeof box === 'object' && box !== null && 'pixels' in box)
}
