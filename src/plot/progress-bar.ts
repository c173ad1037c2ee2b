// How far something is, for a display that is drawn over.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { inBytes } from './amounts.ts'
import { cardPadding, svgCard } from './card.ts'
import { entityColour } from './colours.ts'
import { checkWidth } from './picture.ts'
import { setText } from './set-text.ts'
import { element, group } from './svg.ts'
import { fitText, textWidth } from './text-width.ts'
import { checkTheme, fill, type Theme } from './theme.ts'

/** How far something is. */
export interface ProgressState {
  /** What is being done; cut where it is too long. */
  readonly label: string
  /** From 0 to `total`. */
  readonly done: number
  /** 0 or more; of nothing, all is done. */
  readonly total: number
}
export interface ProgressBarOptions {
  /** What `done` and `total` count, such as `tokens`; `bytes` are shown as `312 MB`. By default just numbers. */
  readonly unit?: string | undefined
  /** Width on the page, 280 to 4096 pixels; by default 640. */
  readonly width?: number | undefined
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
}

const text = { size: 13, baseline: 14 }
const bar = { top: 22, height: 8 }

/**
 * Draws a progress bar. In a notebook, over and over:
 *
 *     const live = newDisplay()
 *     const onProgress = ({ phase, done, total }) => live.svg(progressBar({ label: phase, done, total }, { unit: 'bytes' }))
 *
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if something is not what it should be, naming it
 */
export function progressBar(state: ProgressState, options: ProgressBarOptions = {}): string {
  rejectUnknownOptions('progressBar', options, ['unit', 'width', 'theme'])
  const { label, done, total } = state
  const { unit = '' } = options
  const theme = checkTheme(options.theme ?? 'auto')
  const width = checkWidth(options.width, 280) ?? 640
  if (typeof label !== 'string') throw invalidType('label', 'a string', label)
  if (typeof unit !== 'string') throw invalidType('unit', 'a string', unit)
  if (!Number.isFinite(total) || total < 0) throw invalidRange('total', 'a finite number from 0', total)
  if (!(done >= 0 && done <= total)) throw invalidRange('done', `a number from 0 to ${total}`, done)

  const share = total === 0 ? 1 : done / total
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total)
  const inner = width - 2 * cardPadding
  const measure = (words: string): number => textWidth(words, text.size)
  const amount = `${amounts(done, total, unit)} · ${percent} %`
  const title = fitText(label, inner - measure(amount) - 16, measure)
  const line = { x: 0, y: bar.top, width: inner, height: bar.height, rx: bar.height / 2 }
  const place = { y: text.baseline, size: text.size }
  return svgCard(
    {
      content: [label, done, total, unit],
      width,
      height: bar.top + bar.height + 2 * cardPadding,
      title: label,
      description: amount,
      theme,
    },
    () =>
      element(
        'g',
        { transform: `translate(${cardPadding} ${cardPadding})` },
        setText(title, { ...place, x: 0 }, fill('text', theme)),
        setText(amount, { ...place, x: inner, anchor: 'end' }, fill('muted', theme)),
        group(
          element('rect', { ...line, ...fill('mat', theme) }),
          // A round end is at least as wide as it is high.
          share > 0 &&
            element('rect', { ...line, width: Math.max(bar.height, inner * share), fill: entityColour(0) }),
        ),
      ),
  )
}

/** `312 MB of 1.2 GB`, `12 of 59 tokens`. */
function amounts(done: number, total: number, unit: string): string {
  if (unit === 'bytes') return `${inBytes(done)} of ${inBytes(total)}`
  return `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${unit}`.trimEnd()
}
