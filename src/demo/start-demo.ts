// The demo: a page to try a model on, and its API, on a port of this machine.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { inspect } from 'node:util'
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import type { Kosmos2 } from '../index.ts'
import type { Limits, State } from './api.ts'
import { findStickers, listExamples, pageFolder, STICKERS } from './files.ts'

/** How the demo is started: with `kosmos` or with `model`. */
export interface DemoOptions {
  /** A model that is loaded already. It stays the caller's: closing the demo does not dispose of it. */
  readonly kosmos?: Kosmos2
  /**
   * A checkpoint, a conversion, or a name on the Hugging Face hub. It is loaded in the background, its other precisions
   * when they are asked for; those that do not exist are converted, beside a folder or else in this library's cache. Those
   * of a conversion need the checkpoint that it is named after, beside it: `models/a` for `models/a-int8`.
   */
  readonly model?: string
  /** The name or address to listen on; `0.0.0.0` for every machine of the network. @default '127.0.0.1' */
  readonly host?: string
  /** Integer from 0 to 65535; 0 takes a free one. @default 0 */
  readonly port?: number
  /** What requests must show; null asks for none, so that all who reach the port can use it. @default a random one */
  readonly token?: string | null
  /**
   * Origins, such as `https://hub.example.org`, that lead here through a proxy or show the page in a frame. Jupyter on
   * this machine needs none. @default []
   */
  readonly allowedOrigins?: readonly string[]
  /** A folder of pictures to begin with. @default none */
  readonly examples?: string
  /** A folder of drawings to make scenes of: an index in JSON, and a picture of the same name. @default none */
  readonly stickers?: string
  /** A folder with another page in place of the library's own. */
  readonly page?: string
  /** What requests may ask for, where it differs from the defaults. */
  readonly limits?: Partial<Limits>
  /** How many models may be in memory, integer from 1, with `kosmos` from 2. @default 2 */
  readonly loadedModels?: number
  /** Told of faults of the server itself. @default writes them to standard error */
  readonly onError?: (error: unknown) => void
  /** Closes the demo. */
  readonly signal?: AbortSignal
}

/** A demo that runs. */
export interface Demo {
  /** The page's address, with the token. */
  readonly url: string
  readonly port: number
  readonly token: string | null
  /** Stops it: no new requests, answers under way end with `failed`, connections and models are closed. May be called twice. */
  close(): Promise<void>
}

const OPTIONS: readonly (keyof DemoOptions)[] = [
  'kosmos',
  'model',
  'host',
  'port',
  'token',
  'allowedOrigins',
  'examples',
  'stickers',
  'page',
  'limits',
  'loadedModels',
  'onError',
  'signal',
]

const LIMITS: Limits = {
  uploadBytes: 32 * 1024 * 1024,
  pixels: 50_000_000,
  promptCharacters: 2000,
  newTokens: 256,
  beams: 5,
  seconds: 300,
  requestSeconds: 60,
  queue: 64,
  boxes: 32,
}

/** Files of pictures that are kept, in bytes. */
const PICTURE_BYTES = 256 * 1024 * 1024

/** How long a reader that is slow has for its last event when the server stops. */
const FAREWELL_MS = 1000

/**
 * Starts the demo: a page for people, and an API (docs/demo-api.md), both on one port.
 *
 *     const demo = await startDemo({ kosmos })
 *     console.log(demo.url)
 *     await demo.close()
 *
 * @throws {TypeError | RangeError} for options that do not fit, or a port that is taken
 * @throws {CheckpointError} for a model that is missing or damaged
 * @throws {ImageError} for an example that is no picture
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { kosmos, model, host, port, token, allowedOrigins, limits, loadedModels, signal, onError } =
    checkOptions(options)
  signal?.throwIfAborted()
  // Here, so that whoever uses the library without its demo does not load it.
  const [
    { createServer },
    { createModels },
    { openFamily },
    { createPictureStore },
    { createQueue },
    { createGuard },
  ] = await Promise.all([
    import('./server.ts'),
    import('./models.ts'),
    import('./model-family.ts'),
    import('./picture-store.ts'),
    import('./queue.ts'),
    import('./security.ts'),
  ])
  const { Refusal } = await import('./refusal.ts')
  const guard = createGuard({ host, token, allowedOrigins })
  const page = await pageFolder(options.page)
  const examples = options.examples === undefined ? [] : await listExamples(options.examples)
  const stickers = options.stickers === undefined ? undefined : await findStickers(options.stickers)
  const family = await openFamily(model, signal)
  const version = await packageVersion()
  const models = await createModels(family, kosmos, loadedModels)
  const stop = new AbortController()
  const state = (): State => ({
    models: models.entries(),
    devices: models.devices,
    default: models.defaultId,
    checkpoint: {
      name: family.name,
      isEmbedded: family.isEmbedded,
      latents: family.config.latent_query_num,
    },
    limits,
    examples,
    stickers: stickers === undefined ? null : { path: `${STICKERS}/${encodeURIComponent(stickers.index)}` },
    version,
  })
  const app = await createServer({
    guard,
    processor: family.processor,
    models,
    pictures: await createPictureStore(limits, PICTURE_BYTES),
    queue: createQueue(limits.queue),
    limits,
    state,
    page,
    examples:
      options.examples === undefined
        ? undefined
        : {
            folder: options.examples,
            files: examples.map(({ path }) => decodeURIComponent(path.split('/')[1]!)),
          },
    stickers: stickers && { folder: options.stickers!, files: stickers.files },
    frames: allowedOrigins,
    onError,
    stop: stop.signal,
  })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= (async () => {
      signal?.removeEventListener('abort', onAbort)
      stop.abort(
        new Refusal('STOPPING', 'The server is being stopped; start it again and repeat the request'),
      )
      await untilIdle(app.server, FAREWELL_MS)
      await app.close()
      await models.dispose()
    })()
    return closing
  }
  const onAbort = (): void => {
    close().catch(onError)
  }
  try {
    await app.listen({ host, port })
    signal?.throwIfAborted()
  } catch (error) {
    await close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new RangeError(
      `Expected a free port, but ${port} on ${host} is in use; give another one, or 0 for any that is free`,
      { cause: error },
    )
  }
  signal?.addEventListener('abort', onAbort)
  if (kosmos === undefined) models.prepare({ weights: family.weights })
  const address = app.server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  return { url: pageAddress(host, listening, token), port: listening, token, close }
}

type Checked = Required<Pick<DemoOptions, 'host' | 'port' | 'allowedOrigins' | 'loadedModels' | 'onError'>> &
  Pick<DemoOptions, 'kosmos' | 'signal'> & {
    readonly model: string
    readonly token: string | null
    readonly limits: Limits
  }

function checkOptions(options: DemoOptions): Checked {
  rejectUnknownOptions('startDemo', options, OPTIONS)
  const { kosmos, host = '127.0.0.1', port = 0, allowedOrigins = [], loadedModels = 2, signal } = options
  const { token = randomBytes(24).toString('base64url'), onError = writeError } = options
  const model = kosmos?.folder ?? options.model
  if (model === undefined || (kosmos !== undefined && options.model !== undefined))
    throw new TypeError(
      'Expected either kosmos, a loaded Kosmos2, or model, a folder or a name on the hub, for startDemo',
    )
  if (typeof model !== 'string') throw invalidType('model', 'a folder or a name on the hub', model)
  if (typeof host !== 'string' || host === '') throw invalidType('host', 'a name or an address', host)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw invalidRange('port', 'integer from 0 to 65535', port)
  if (token !== null && (typeof token !== 'string' || !/^[\w.~+/=-]{8,}$/.test(token)))
    throw invalidRange('token', 'null, or at least 8 letters, digits and - . _ ~ + / =', '(not shown)')
  if (!Array.isArray(allowedOrigins))
    throw invalidType('allowedOrigins', 'an array of origins', allowedOrigins)
  const least = kosmos === undefined ? 1 : 2
  if (!Number.isInteger(loadedModels) || loadedModels < least)
    throw invalidRange('loadedModels', `integer from ${least}`, loadedModels)
  rejectUnknownOptions('limits', options.limits ?? {}, Object.keys(LIMITS))
  for (const [name, value] of Object.entries(options.limits ?? {}))
    if (!Number.isInteger(value) || value < 1) throw invalidRange(`limits.${name}`, 'integer from 1', value)
  const limits = { ...LIMITS, ...options.limits }
  return {
    kosmos,
    model,
    host,
    port,
    token,
    allowedOrigins,
    limits,
    loadedModels,
    signal,
    onError,
  } as Checked
}

function pageAddress(host: string, port: number, token: string | null): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : isIPv6(host) ? `[${host}]` : host
  const query = token === null ? '' : `?${new URLSearchParams({ token }).toString()}`
  return `http://${name}:${port}/${query}`
}

/** Of this package. */
async function packageVersion(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function writeError(error: unknown): void {
  process.stderr.write(`kosmos2 demo: ${inspect(error)}\n`)
}

/** Waits until the last words are taken, but not for readers that take none. */
async function untilIdle(
  server: {
    getConnections(done: (error: Error | null, count: number) => void): unknown
    closeIdleConnections(): void
  },
  most: number,
): Promise<void> {
  const end = performance.now() + most
  const count = (): Promise<number> =>
    new Promise((resolve) => {
      server.getConnections((_, connections) => {
        resolve(connections)
      })
    })
  for (;;) {
    server.closeIdleConnections()
    if ((await count()) === 0 || performance.now() >= end) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
