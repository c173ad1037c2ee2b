// What all ready charts can be told: their texts, width and theme.
import { invalidType } from '../errors.ts'
import { checkWidth } from './picture.ts'
import { checkTheme, type Theme } from './theme.ts'

export interface ChartFrame {
  /** Over the chart; by default none. */
  readonly title?: string | undefined
  /** Below the title. */
  readonly subtitle?: string | undefined
  /** Below the chart. */
  readonly caption?: string | undefined
  /** Width on the page, 280 to 4096 pixels; by default 640. */
  readonly width?: number | undefined
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
}

/** The options with their defaults. */
export interface CheckedFrame extends ChartFrame {
  readonly width: number
  readonly theme: Theme
}

/** The names of these options. */
export const chartFrameOptions = ['title', 'subtitle', 'caption', 'width', 'theme']
/** Narrower than this, labels leave no room for what they label. */
const narrowest = 280

/** Checks the options that all charts have. @throws {TypeError | RangeError} naming the one that is wrong */
export function checkChartFrame(options: ChartFrame): CheckedFrame {
  const { title, subtitle, caption } = options
  for (const [name, text] of Object.entries({ title, subtitle, caption }))
    if (text !== undefined && typeof text !== 'string') throw invalidType(name, 'a string', text)
  return {
    title,
    subtitle,
    caption,
    width: checkWidth(options.width, narrowest) ?? 640,
    theme: checkTheme(options.theme ?? 'auto'),
  }
}
