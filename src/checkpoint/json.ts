// JSON from files that nobody vouches for: JSON.parse keeps the last of two equal keys without a word, which lets
// two readers of one file see different contents.

/**
 * As `JSON.parse`, but an object with the same key twice is an error.
 * @throws {SyntaxError} where the text is not JSON or repeats a key, which it names
 */
export function parseJsonStrictly(text: string): unknown {
  const value: unknown = JSON.parse(text)
  rejectRepeatedKeys(text)
  return value
}

/** @param text - valid JSON, so a string is a key exactly if a colon follows */
function rejectRepeatedKeys(text: string): void {
  const open: Set<string>[] = []
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{') open.push(new Set())
    else if (character === '}') open.pop()
    else if (character === '"') {
      const start = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      if (!isFollowedByColon(text, i + 1)) continue
      // Parsed, since "a" and "\u0061" are the same key.
      const key = JSON.parse(text.slice(start, i + 1)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key)} appears twice`)
      keys?.add(key)
    }
  }
}

function isFollowedByColon(text: string, position: number): boolean {
  while (/\s/.test(text.charAt(position))) position++
  return text[position] === ':'
}
