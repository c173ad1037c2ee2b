// Checks of arguments with the texts of openvino-node, whose users search for them.

/** What an argument may be; the names are those of openvino-node's messages. */
export interface ArgumentType {
  readonly name: string
  accepts(value: unknown): boolean
}

export const aString: ArgumentType = { name: 'string', accepts: (value) => typeof value === 'string' }
export const anObject: ArgumentType = {
  name: 'object',
  accepts: (value) => typeof value === 'object' && value !== null,
}
export const anInteger: ArgumentType = { name: 'Integer', accepts: Number.isInteger }
export const aBuffer: ArgumentType = { name: 'Buffer', accepts: (value) => value instanceof Uint8Array }
export const aFunction: ArgumentType = { name: 'function', accepts: (value) => typeof value === 'function' }
/** An object of a class of the binding. */
export const anInstance = (name: string, is: (value: unknown) => boolean): ArgumentType => ({
  name,
  accepts: is,
})

/**
 * Throws unless the arguments fit one of the signatures; trailing undefined ones count as absent.
 * @param method - its name
 * @returns the index of the signature
 */
export function matchSignature(
  method: string,
  args: readonly unknown[],
  ...signatures: readonly (readonly ArgumentType[])[]
): number {
  const count = args.findLastIndex((value) => value !== undefined) + 1
  const given = args.slice(0, count)
  const index = signatures.findIndex(
    (signature) => signature.length === count && signature.every((type, i) => type.accepts(given[i])),
  )
  if (index >= 0) return index
  throw new TypeError(
    `'${method}' method called with incorrect parameters.\n` +
      `Provided signature: (${given.map(typeName).join(', ')}) \n` +
      `Allowed signatures:\n${signatures.map((one) => `- (${one.map(({ name }) => name).join(', ')})`).join('\n')}\n`,
  )
}

const typeName = (value: unknown): string => (value === null ? 'null' : typeof value)

/** Throws if a method that takes no arguments got one. */
export function expectNoArguments(args: readonly unknown[], message: string): void {
  if (args.length > 0) throw new TypeError(message)
}
