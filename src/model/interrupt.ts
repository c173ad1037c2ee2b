// Ctrl-C and Jupyter's stop button. In a notebook, tslab answers SIGINT by rejecting the promise that the cell awaits,
// and what it awaited runs on; so a generation there listens for itself. Anywhere else SIGINT is not a library's.

/** Whether this process is a tslab kernel. */
export function inNotebookKernel(argv: readonly string[] = process.argv): boolean {
  return argv[2] === 'kernel' && /tslab/.test(argv[1] ?? '')
}

/**
 * Runs work with the caller's signal; inside a notebook kernel, with one that SIGINT aborts as well.
 * @param work - given the signal to obey
 */
export async function interruptible<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<T>,
  listen = inNotebookKernel(),
): Promise<T> {
  if (!listen) return await work(signal)
  const interrupt = new AbortController()
  const stop = () => {
    interrupt.abort(new DOMException('Interrupted', 'AbortError'))
  }
  process.once('SIGINT', stop)
  try {
    return await work(signal === undefined ? interrupt.signal : AbortSignal.any([signal, interrupt.signal]))
  } finally {
    process.off('SIGINT', stop)
  }
}
