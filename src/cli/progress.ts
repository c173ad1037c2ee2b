// How far something is: a bar that is drawn over on a terminal, a line now and then elsewhere.

/** Told how far something is. */
export interface Progress {
  /**
   * @param title - what is being done
   * @param fraction - how much of it is done, 0..1; undefined where that is not known
   * @param amount - how much that is, in words, such as `12 of 59 MB`
   */
  update(title: string, fraction?: number, amount?: string): void
  /** Removes the bar, so that something else can be written. */
  end(): void
}

/** Where a Progress writes: standard error, or what stands for it. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A bar is drawn at most this often, in milliseconds. */
const REDRAW = 80
/** Elsewhere a line comes each quarter, and none about what takes less than this, in milliseconds. */
const QUARTERS = 4
const WORTH_A_LINE = 1000
const BAR_CELLS = 24
const CLEAR_LINE = '\r\x1b[K'

/** @param now - the clock, in milliseconds */
export function createProgress(stream: ProgressStream, now = () => performance.now()): Progress {
  return stream.isTTY === true ? bar(stream, now) : lines(stream, now)
}

/** Says nothing. */
export const silentProgress: Progress = { update() {}, end() {} }

function bar(stream: ProgressStream, now: () => number): Progress {
  let [shown, drawn] = ['', -Infinity]
  return {
    update(title, fraction, amount) {
      const line = barLine(title, fraction, amount).slice(0, (stream.columns || 80) - 1)
      if (line === shown || (now() - drawn < REDRAW && fraction !== 1)) return
      ;[shown, drawn] = [line, now()]
      stream.write(CLEAR_LINE + line)
    },
    end() {
      if (shown !== '') stream.write(CLEAR_LINE)
      ;[shown, drawn] = ['', -Infinity]
    },
  }
}

function lines(stream: ProgressStream, now: () => number): Progress {
  let [current, since, said] = ['', 0, -1]
  return {
    update(title, fraction = 0, amount = '') {
      if (title !== current) [current, since, said] = [title, now(), -1]
      const quarter = Math.floor(fraction * QUARTERS)
      if (quarter <= said || now() - since < WORTH_A_LINE) return
      said = quarter
      const parts = [title, fraction > 0 ? percent(fraction) : '', amount]
      stream.write(`${parts.filter((part) => part !== '').join(' ')}\n`)
    },
    // What goes on after something else was written is still the same.
    end() {},
  }
}

function barLine(title: string, fraction: number | undefined, amount = ''): string {
  if (fraction === undefined) return `${title} ${amount}`.trimEnd()
  const full = Math.round(Math.min(1, fraction) * BAR_CELLS)
  return `${title} [${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}] ${percent(fraction)} ${amount}`.trimEnd()
}

function percent(fraction: number): string {
  return `${Math.floor(Math.min(1, fraction) * 100)} %`
}
