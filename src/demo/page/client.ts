// Requests to the server: with the token, relative to the page, and errors that say what happened.
import type { Problem, ProblemCode } from '../api.ts'
import { storageKey } from './kept.ts'
import { serverEvents } from './server-events.ts'

/** Why a request failed: the server's own words, or that it was not reached. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: ProblemCode | 'OFFLINE'
  /** Seconds after which to try again, where the server says so. */
  readonly retryAfter: number | undefined
  constructor(code: ProblemCode | 'OFFLINE', message: string, retryAfter?: number) {
    super(message)
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** What to do about a server that is not there. */
export const OFFLINE_MESSAGE =
  'The server cannot be reached. Nothing is lost: start it again, and go on here.'

/** What the page knows of who it is: from its address at first, and from the tab's storage after a reload. */
const token = remembered('token', new URLSearchParams(location.search).get('token'))
const client = remembered('client', null) ?? remembered('client', Math.random().toString(36).slice(2, 14))!

function remembered(name: string, fresh: string | null): string | null {
  try {
    if (fresh !== null) sessionStorage.setItem(storageKey(name), fresh)
    return sessionStorage.getItem(storageKey(name))
  } catch {
    return fresh
  }
}

/** Takes the token out of the address bar, where it would be seen and copied. */
export function hideToken(): void {
  const address = new URL(location.href)
  if (!address.searchParams.has('token')) return
  address.searchParams.delete('token')
  history.replaceState(null, '', address)
}

/**
 * A request to an address relative to the page.
 * @throws {RequestError} for every answer that is no success, and where the server is not reached
 * @throws `signal.reason` when aborted
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (token !== null) headers.set('authorization', `Bearer ${token}`)
  headers.set('x-client', client)
  let response: Response
  try {
    response = await fetch(path, { ...init, headers })
  } catch (error) {
    init.signal?.throwIfAborted()
    throw new RequestError(
      'OFFLINE',
      OFFLINE_MESSAGE,
      error instanceof RequestError ? error.retryAfter : undefined,
    )
  }
  if (response.ok) return response
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  // A proxy whose server is gone answers in its own way.
  if (problem?.code === undefined) throw new RequestError('OFFLINE', OFFLINE_MESSAGE)
  throw new RequestError(problem.code, problem.message, Number.isFinite(retryAfter) ? retryAfter : undefined)
}

/** As `request`, with a JSON body. */
export const post = (path: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  })

/** The events of a response, with their JSON data; a connection that breaks off is a RequestError. */
export async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: unknown }> {
  if (response.body === null) return
  try {
    for await (const { event, data } of serverEvents(response.body))
      yield { event, data: JSON.parse(data) as unknown }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new RequestError('OFFLINE', OFFLINE_MESSAGE)
  }
}
