// A Hugging Face hub on this machine: the few addresses that a download uses, and the ways in which it can go wrong.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

/** A request that came, for tests of what was asked and what was not. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

/** The server, to be bent by a test while it runs. */
export interface HubServer {
  readonly endpoint: string
  readonly commit: string
  /** In the order in which they came. */
  readonly requests: SeenRequest[]
  /** What the repository holds; files of `lfs` are announced by their SHA-256, the others by git's hash. */
  readonly files: Map<string, Uint8Array>
  /** What is sent in place of a file's bytes. */
  readonly corrupted: Map<string, Uint8Array>
  /** For a file's name, after how many bytes the connection is cut: one entry a request. */
  readonly cuts: Map<string, number[]>
  /** Answers to requests whose path matches, in place of the real ones. */
  readonly answers: { readonly path: RegExp; readonly status: number; readonly body: string }[]
  /** Changes the listing before it is sent. */
  changeListing: (entries: Record<string, unknown>[]) => unknown
  /** False makes the server answer with the whole file, whatever was asked. */
  ranges: boolean
  /** Where the bytes of LFS files are: the hub's own address redirects there. */
  redirectTo: string | undefined
  close(): Promise<void>
}

const REPOSITORY = 'someone/kosmos2-tiny'

/** Starts the server; it ends with the test. It has one repository, `someone/kosmos2-tiny`. */
export async function startHub(
  t: TestContext,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<HubServer> {
  const server = createServer((request, response) => {
    void answer(hub, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  const hub: HubServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commit: 'c0ffee'.padEnd(40, '0'),
    requests: [],
    files: new Map(Object.entries(files)),
    corrupted: new Map(),
    cuts: new Map(),
    answers: [],
    changeListing: (entries) => entries,
    ranges: true,
    redirectTo: undefined,
    close,
  }
  t.after(close)
  return hub
}

/** Whether the repository keeps a file in LFS. */
export function isLfs(name: string): boolean {
  return name.endsWith('.safetensors')
}

/** Git's name of a blob. */
export function gitHash(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex')
}

/** SHA-256 in hexadecimal. */
export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

async function answer(hub: HubServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '', hub.endpoint).pathname
  const { range, authorization } = request.headers
  hub.requests.push({ method: request.method ?? '', path, range, authorization })
  const fixed = hub.answers.find((rule) => rule.path.test(path))
  const name =
    path.match(`^/${REPOSITORY}/resolve/${hub.commit}/(.+)$`)?.[1] ?? path.match(/^\/storage\/(.+)$/)?.[1]
  const content = hub.files.get(name ?? '')
  if (fixed !== undefined) send(response, fixed.status, fixed.body)
  else if (path === `/api/models/${REPOSITORY}/revision/main`)
    send(response, 200, JSON.stringify({ _id: '1', id: REPOSITORY, sha: hub.commit, lastModified: 0 }))
  else if (path === `/api/models/${REPOSITORY}/paths-info/${hub.commit}`) {
    const { paths } = JSON.parse(await text(request)) as { paths: string[] }
    send(response, 200, JSON.stringify(hub.changeListing(listing(hub, paths))))
  } else if (name === undefined || content === undefined)
    send(response, 404, JSON.stringify({ error: 'Repository not found' }))
  else if (hub.redirectTo !== undefined && !path.startsWith('/storage/'))
    response.writeHead(302, { location: `${hub.redirectTo}/storage/${name}` }).end()
  else sendFile(hub, name, hub.corrupted.get(name) ?? content, range, response)
}

function listing(hub: HubServer, paths: readonly string[]): Record<string, unknown>[] {
  return paths.flatMap((path) => {
    const content = hub.files.get(path)
    if (content === undefined) return []
    const size = content.byteLength
    const lfs = isLfs(path) && { lfs: { oid: sha256(content), size, pointerSize: 134 } }
    return [{ type: 'file', path, size, oid: gitHash(content), ...lfs }]
  })
}

function sendFile(
  hub: HubServer,
  name: string,
  content: Uint8Array,
  range: string | undefined,
  response: ServerResponse,
): void {
  const start = hub.ranges && range !== undefined ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0
  const part = content.subarray(start)
  const partial = start > 0
  response.writeHead(partial ? 206 : 200, {
    'content-length': part.byteLength,
    ...(partial && { 'content-range': `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` }),
  })
  const cut = hub.cuts.get(name)?.shift()
  if (cut === undefined) response.end(part)
  else
    response.write(part.subarray(0, cut), () => {
      response.destroy()
    })
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}
