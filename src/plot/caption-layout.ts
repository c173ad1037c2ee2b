// A caption in lines: broken to a width, each line in runs of plain text and of phrases.
import { graphemes, textWidth } from './text-width.ts'

/** A stretch of one line that belongs to one phrase, or to none. */
export interface CaptionRun {
  readonly text: string
  /** Index of the entity, or undefined for the text between phrases. */
  readonly entity: number | undefined
  /** Left edge and width in pixels. */
  readonly x: number
  readonly width: number
}

interface Character {
  readonly text: string
  readonly entity: number | undefined
  readonly width: number
}

/**
 * Breaks a caption into lines of at most `width` pixels: at spaces and line feeds, between characters of scripts
 * without spaces, and inside a word that alone is too long. Spaces at a line's end are dropped.
 * @param spans - of the entities, in code points; where several cover a place the shortest has it
 */
export function layoutCaption(
  caption: string,
  spans: readonly (readonly [number, number])[],
  width: number,
  size: number,
): CaptionRun[][] {
  const lines: Character[][] = [[]]
  let used = 0
  for (const word of words(characters(caption, spans, size))) {
    if (word[0]!.text === '\n') {
      lines.push([])
      used = 0
      continue
    }
    // What must fit is the word without the space that follows it.
    const needed = totalWidth(word.filter(({ text }) => !isSpace(text)))
    if (used > 0 && used + needed > width) {
      lines.push([])
      used = 0
    }
    for (const character of word) {
      if (used > 0 && used + character.width > width && !isSpace(character.text)) {
        lines.push([])
        used = 0
      }
      lines.at(-1)!.push(character)
      used += character.width
    }
  }
  return lines.map(runs)
}

/** The caption's characters, each with the phrase it belongs to. */
function characters(
  caption: string,
  spans: readonly (readonly [number, number])[],
  size: number,
): Character[] {
  const owners: (number | undefined)[] = Array.from(caption, () => undefined)
  const longestFirst = spans
    .map(([start, end], entity) => ({ start, end, entity }))
    .sort((a, b) => b.end - b.start - (a.end - a.start) || b.entity - a.entity)
  for (const { start, end, entity } of longestFirst) if (start >= 0) owners.fill(entity, start, end)

  let place = 0
  return graphemes(caption).map((grapheme) => {
    const entity = owners[place]
    place += Array.from(grapheme).length
    const text = grapheme === '\r\n' || grapheme === '\r' ? '\n' : grapheme === '\t' ? ' ' : grapheme
    return { text, entity, width: textWidth(text, size) }
  })
}

/** Pieces between which a line may end: a word with the spaces after it, a character of Han or Kana, a line feed. */
function words(all: readonly Character[]): Character[][] {
  const result: Character[][] = []
  for (const [index, character] of all.entries()) {
    const before = all[index - 1]?.text
    const begins =
      before === undefined ||
      before === '\n' ||
      character.text === '\n' ||
      (isSpace(before) && !isSpace(character.text)) ||
      (breaksAnywhere(before) && breaksAnywhere(character.text))
    if (begins) result.push([character])
    else result.at(-1)!.push(character)
  }
  return result
}

/** Neighbours of one phrase joined, with their places; spaces at the ends of the line dropped. */
function runs(line: readonly Character[]): CaptionRun[] {
  const first = line.findIndex(({ text }) => !isSpace(text))
  const last = line.findLastIndex(({ text }) => !isSpace(text))
  const result: CaptionRun[] = []
  let x = 0
  for (const { text, entity, width } of first < 0 ? [] : line.slice(first, last + 1)) {
    const previous = result.at(-1)
    if (previous !== undefined && previous.entity === entity)
      result[result.length - 1] = { ...previous, text: previous.text + text, width: previous.width + width }
    else result.push({ text, entity, x, width })
    x += width
  }
  return result
}

function totalWidth(line: readonly Character[]): number {
  return line.reduce((total, { width }) => total + width, 0)
}

function isSpace(text: string): boolean {
  return text === ' '
}

function breaksAnywhere(text: string): boolean {
  return /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(text)
}
