// Server-sent events (HTML standard, section 9.2) to one reader. What a slow reader has not taken yet is held back in
// as few events as say the same, so that it costs no memory, and the sender never waits for it.
import type { ServerResponse } from 'node:http'

/** An event before it is written. */
export interface StreamEvent {
  readonly event: string
  readonly data: unknown
}

/** Events to one reader. */
export interface EventStream {
  send(event: StreamEvent): void
  /** Ends the stream when all is written. */
  end(): void
}

/** A line that is no event, in this rhythm, keeps proxies from closing a connection that is silent. */
const HEARTBEAT_MS = 15_000

/** How long a reader may take for what is left, when there is no more to come. */
const LINGER_MS = 30_000

/**
 * Begins a stream.
 * @param response - its headers are sent here
 * @param headers - in addition to those of an event stream
 * @param join - adds an event to those that are held back; by default behind them
 */
export function openEventStream(
  response: ServerResponse,
  headers: object = {},
  join: (held: StreamEvent[], next: StreamEvent) => void = (held, next) => held.push(next),
): EventStream {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx, which stands before some JupyterHubs, would hold events back.
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  const held: StreamEvent[] = []
  let isBlocked = false
  let isEnding = false
  const write = ({ event, data }: StreamEvent): void => {
    isBlocked = !response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const hasToWait = (): boolean => isBlocked
  const finish = (): void => {
    response.end()
    const linger = setTimeout(() => response.destroy(), LINGER_MS).unref()
    response.once('close', () => {
      clearTimeout(linger)
    })
  }
  response.on('drain', () => {
    isBlocked = false
    while (held.length > 0) {
      write(held.shift()!)
      if (hasToWait()) return
    }
    if (isEnding) finish()
  })
  // Of a connection that is gone: `close` follows.
  response.on('error', () => undefined)
  const heartbeat = setInterval(() => {
    if (!isBlocked) isBlocked = !response.write(': still here\n\n')
  }, HEARTBEAT_MS).unref()
  response.once('close', () => {
    clearInterval(heartbeat)
    held.length = 0
  })
  return {
    send(event) {
      if (response.destroyed || isEnding) return
      if (isBlocked) join(held, event)
      else write(event)
    },
    end() {
      if (isEnding) return
      isEnding = true
      clearInterval(heartbeat)
      if (held.length === 0) finish()
      // What is held back has as long as what is written.
      else setTimeout(() => response.destroy(), LINGER_MS).unref()
    },
  }
}

/** For states: a newer one takes the place of an older one of the same kind. */
export function replaceSame(held: StreamEvent[], next: StreamEvent): void {
  const key = ({ event, data }: StreamEvent): string => `${event} ${(data as { model?: string }).model ?? ''}`
  const index = held.findIndex((one) => key(one) === key(next))
  if (index >= 0) held.splice(index, 1)
  held.push(next)
}

/** For answers: text goes on where it stopped, a place in the queue replaces the one before. */
export function joinText(held: StreamEvent[], next: StreamEvent): void {
  const last = held.at(-1)
  if (last?.event !== next.event || !['token', 'queued', 'loading'].includes(next.event)) {
    held.push(next)
    return
  }
  held.pop()
  if (next.event !== 'token') {
    held.push(next)
    return
  }
  const [before, after] = [last.data, next.data] as { text: string; raw: string }[]
  held.push({
    event: 'token',
    data: { text: before!.text + after!.text, raw: before!.raw + after!.raw },
  })
}
