// Warnings that are worth saying once.

const warned = new Set<string>()

/** Emits a process warning with a code, the first time in this process that it is called with that code. */
export function warnOnce(code: string, message: string): void {
  if (warned.has(code)) return
  warned.add(code)
  process.emitWarning(message, { code })
}
