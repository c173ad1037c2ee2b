// Ctrl-C: the first time the work is asked to stop, the second time the process ends at once.

/** @returns the signal that the work obeys, and what gives Ctrl-C back */
export function onInterrupt(tell: () => void): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController()
  const interrupt = (): void => {
    // Without a listener the next one ends the process.
    release()
    tell()
    stop.abort(new DOMException('Interrupted', 'AbortError'))
  }
  const release = (): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  return { signal: stop.signal, release }
}
