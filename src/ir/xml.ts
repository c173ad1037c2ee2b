// Reads the XML of an IR: elements, attributes in double quotes, text. It knows no document types, entities of one's
// own, comments or processing instructions but the first line, so a hostile file has nothing to work with; and it is
// ten times as fast as a general parser, which would hold up the event loop for half a second a model.

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its text, where it has no children. */
  readonly text: string
}

/** Elements inside one another; an IR has six. */
const MAX_DEPTH = 32
const TAG = /([^<>]*)<(\/?)([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.:-]*="[^"<]*")*)\s*(\/?)>/y
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)="([^"<]*)"/g
const DECLARATION = /^<\?xml version="1\.0"[^<>]*\?>/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * @returns the outermost element
 * @throws {SyntaxError} for anything else, saying where
 */
export function parseXml(source: string): XmlElement {
  type Open = { name: string; attributes: Map<string, string>; children: XmlElement[]; text: string }
  const top: Open = { name: '', attributes: new Map(), children: [], text: '' }
  const open: Open[] = [top]
  TAG.lastIndex = DECLARATION.exec(source)?.[0].length ?? 0
  let end = TAG.lastIndex
  for (let match = TAG.exec(source); match !== null; match = TAG.exec(source)) {
    const [, text, closing, name, attributes, empty] = match as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const inner = open.at(-1)!
    inner.text += text
    if (closing === '') {
      const element: Open = { name, attributes: readAttributes(attributes, end), children: [], text: '' }
      inner.children.push(element)
      if (empty === '') open.push(element)
      if (open.length > MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} elements inside one another`)
    } else {
      if (attributes !== '' || empty !== '' || inner.name !== name)
        throw new SyntaxError(`expected </${inner.name}> near character ${end}, but found </${name}>`)
      open.pop()
    }
    end = TAG.lastIndex
  }
  const rest = source.slice(end).trim()
  if (open.length !== 1 || top.children.length !== 1 || rest !== '')
    throw new SyntaxError(
      `expected one element and what belongs to it, but cannot read on at character ${end} of ${source.length}`,
    )
  return top.children[0]!
}

function readAttributes(text: string, at: number): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, key, value] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(key!))
      throw new SyntaxError(`the attribute ${key} is there twice near character ${at}`)
    attributes.set(key!, decode(value!))
  }
  return attributes
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(\w*);?/g, (whole, name: string) => {
    const character = ENTITIES[name]
    if (character === undefined || !whole.endsWith(';')) throw new SyntaxError(`unknown entity ${whole}`)
    return character
  })
}
