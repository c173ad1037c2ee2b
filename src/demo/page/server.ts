// The server as the page sees it: whether it is there, and its state, kept up to date by its events.
import { computed, signal } from '@preact/signals'
import type { ModelEntry, ServerEvents, State, Weights } from '../api.ts'
import { type Atlas, readAtlas } from './atlas.ts'
import { eventsOf, post, request, RequestError } from './client.ts'

/** `denied`: the token is missing or wrong, and no trying again helps. */
export type Connection = 'connecting' | 'online' | 'offline' | 'denied'

/** Whether the server is there. */
export const connection = signal<Connection>('connecting')
/** What the server last said of itself; undefined before that. */
export const server = signal<State | undefined>(undefined)
/** The stickers, once they are read. */
export const atlas = signal<Atlas | undefined>(undefined)
/** Why the server refuses this page. */
export const refusal = signal('')

/** Models by their id. */
export const models = computed(() => new Map((server.value?.models ?? []).map((model) => [model.id, model])))

/** Milliseconds between two attempts to reach the server: at first, and at most. */
const RETRY = [500, 5000] as const

/** Follows the server for as long as the page is there and can be seen. */
export async function followServer(): Promise<never> {
  let [wait] = RETRY as readonly [number, number]
  let hiding = new AbortController()
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiding.abort()
    else hiding = new AbortController()
  })
  for (;;) {
    // A browser has six connections for a server: a tab behind others must not take one from the tab in front.
    while (document.hidden)
      await new Promise((resolve) => {
        document.addEventListener('visibilitychange', resolve, { once: true })
      })
    const { signal: hidden } = hiding
    try {
      const response = await request('api/events', {
        headers: { accept: 'text/event-stream' },
        signal: hidden,
      })
      connection.value = 'online'
      ;[wait] = RETRY
      void readStickers()
      for await (const { event, data } of eventsOf(response)) take(event, data)
      connection.value = 'offline'
    } catch (error) {
      if (hidden.aborted) continue
      const denied = error instanceof RequestError && ['UNAUTHORIZED', 'FORBIDDEN'].includes(error.code)
      connection.value = denied ? 'denied' : 'offline'
      refusal.value = error instanceof Error ? error.message : ''
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
    wait = Math.min(RETRY[1], wait * 1.6)
  }
}

function take(event: string, data: unknown): void {
  if (event === 'state') {
    server.value = data as State
    void readStickers()
  } else if (event === 'progress' && server.value !== undefined) {
    const { model: id, ...progress } = data as ServerEvents['progress']
    const withProgress = (model: ModelEntry): ModelEntry => (model.id === id ? { ...model, progress } : model)
    server.value = { ...server.value, models: server.value.models.map(withProgress) }
  }
}

let reading = false

async function readStickers(): Promise<void> {
  const path = server.value?.stickers?.path
  if (path === undefined || atlas.value !== undefined || reading) return
  reading = true
  try {
    atlas.value = await readAtlas(path, request)
  } catch {
    // Without them there is no scene maker; the next connection tries again.
  }
  reading = false
}

/** Asks for a model to be made ready. @throws {RequestError} */
export async function loadModel(weights: Weights, device: string): Promise<void> {
  await post('api/models', { weights, device })
}
