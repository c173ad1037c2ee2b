// Server-sent events out of a response's body (WHATWG HTML, "9.2.6 Interpreting an event stream"): the browser's own
// EventSource can neither send a token as a header nor ask with POST.

/** One event: its name, `message` where the stream gives none, and its data. */
export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** The events of a body, as they come; the body is cancelled when they are not taken to the end. */
export async function* serverEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const blocks = (rest + decoder.decode(value, { stream: true })).replace(/\r\n?/g, '\n').split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const event = readBlock(block)
        if (event !== undefined) yield event
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Undefined for a block without data, such as a comment that keeps the connection alive. */
function readBlock(block: string): ServerEvent | undefined {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!
    if (field === 'event') event = value!
    else if (field === 'data') data.push(value!)
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') }
}
