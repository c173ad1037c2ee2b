// One line a finished step, with its seconds; on a terminal also a live line with the steps at work.

const tick = 200

/**
 * A progress report.
 * @param {NodeJS.WriteStream} [stream]
 */
export function createProgress(stream = process.stdout) {
  const live = stream.isTTY && process.env.CI === undefined
  /** @type {Map<string, number>} */
  const running = new Map()
  const timer = setInterval(draw, tick)
  timer.unref()

  function draw() {
    if (!live || running.size === 0) return
    const steps = [...running].map(([title, start]) => `${title} ${seconds(start)}`)
    const line = `… ${steps.join(' · ')}`
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns || 80) - 1)}`)
  }

  /** @param {string} line */
  function print(line) {
    stream.write(`${live ? '\r\x1b[K' : ''}${line}\n`)
  }

  return {
    /** Prints a line of its own. */
    print,
    /**
     * Runs a step and reports it.
     * @template T
     * @param {string} title
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      const start = performance.now()
      running.set(title, start)
      draw()
      try {
        const result = await work()
        print(`  ${title.padEnd(32)} ${seconds(start).padStart(7)}`)
        return result
      } finally {
        running.delete(title)
      }
    },
    /** Ends the live line. */
    close() {
      clearInterval(timer)
      if (live) stream.write('\r\x1b[K')
    },
  }
}

/** @param {number} start - from `performance.now()` */
function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
