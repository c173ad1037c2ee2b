// What stands over one panel of a chart: its name, and beside it a note, or below where both are too long for a line.
import { sideBySide, stacked, textBlock, type Block } from './blocks.ts'
import { textWidth } from './text-width.ts'
import type { Theme } from './theme.ts'

const styles = {
  label: { size: 13, role: 'text', weight: 'bold' },
  note: { size: 12, role: 'muted' },
} as const
const gap = { across: 8, down: 2 }

/** @param note - may be empty @param width - in pixels */
export function panelHeading(label: string, note: string, width: number, theme: Theme): Block {
  const name = textBlock(label, styles.label, width, theme)
  if (note === '') return name
  const beside = textBlock(note, styles.note, width, theme)
  const pitch = textWidth(label, styles.label.size, 'bold') + gap.across
  const fits = pitch + textWidth(note, styles.note.size) <= width
  return fits ? sideBySide([name, beside], pitch) : stacked([name, beside], gap.down)
}
