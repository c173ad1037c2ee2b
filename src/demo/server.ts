// The demo's HTTP, on fastify: who may come in, what is where, and which errors mean which status.
import { resolve } from 'node:path'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerStream } from './answer-stream.ts'
import type { ModelRequest } from './api.ts'
import { openEventStream, replaceSame } from './event-stream.ts'
import { EXAMPLES, STICKERS } from './files.ts'
import { isWeights } from './models.ts'
import { Refusal, refusalOf } from './refusal.ts'
import { securityHeaders } from './security.ts'
import type { Services } from './services.ts'
import { addUploads } from './uploads.ts'

/** Bodies of JSON: prompts and boxes, many times as long as those may be. */
const JSON_BYTES = 256 * 1024

/** Bodies and streams of this many clients. */
const MOST_CONNECTIONS = 512

/** How often Node looks for requests that take too long. */
const CHECK_MS = 500

/** Makes the server, which does not listen yet. */
export async function createServer(services: Services): Promise<FastifyInstance> {
  const { guard, limits, onError, stop } = services
  const { default: fastify } = await import('fastify')
  const app = fastify({
    bodyLimit: JSON_BYTES,
    requestTimeout: limits.requestSeconds * 1000,
    http: { connectionsCheckingInterval: CHECK_MS },
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: refuseConnection,
  })
  app.server.maxConnections = MOST_CONNECTIONS
  // Node takes the longer of the two for the whole request.
  app.server.headersTimeout = Math.min(app.server.headersTimeout, limits.requestSeconds * 1000)
  const headers = securityHeaders(services.frames)

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('cache-control', 'no-cache')
    if (stop.aborted) throw refusalOf(stop.reason)
    const knock = {
      host: request.headers.host,
      origin: request.headers.origin,
      authorization: request.headers.authorization,
    }
    guard.checkOrigin(knock)
    // Only the addresses of the API itself: what is no file and no route is a 404 for anybody.
    const { url } = request.routeOptions
    if (url?.startsWith('/api/') === true) {
      reply.header('cache-control', 'no-store')
      if (url !== '/api/health') guard.checkToken(knock)
    }
  })
  app.setErrorHandler(async (error, request, reply) => {
    const refusal = ofFastify(error as FastifyError, request) ?? refusalOf(error)
    if (refusal.code === 'INTERNAL') onError(error)
    if (refusal.code === 'QUEUE_FULL') reply.header('retry-after', '1')
    if (refusal.code === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
    return await reply.code(refusal.status).send(refusal.toJSON())
  })
  app.setNotFoundHandler(() => {
    throw new Refusal('NOT_FOUND', 'Expected an address of this server, but there is nothing here')
  })

  app.get('/api/health', () => ({ status: 'ok' }))
  app.get('/api/state', () => services.state())
  app.get('/api/events', { exposeHeadRoute: false }, (_, reply) => {
    sendServerEvents(reply, services)
  })
  app.post('/api/models', async (request, reply) => {
    const entry = services.models.prepare(readModelRequest(request.body))
    return await reply.code(202).send(entry)
  })
  app.post('/api/answers', (request, reply) => answerStream(request, reply, services))
  await app.register((scope, _, done) => {
    addUploads(scope, services)
    done()
  })
  await addFiles(app, services)
  return app
}

function sendServerEvents(reply: FastifyReply, { models, state, stop }: Services): void {
  reply.hijack()
  const stream = openEventStream(reply.raw, reply.getHeaders(), replaceSame)
  stream.send({ event: 'state', data: state() })
  const unlisten = models.listen({
    changed() {
      stream.send({ event: 'state', data: state() })
    },
    progress(model, progress) {
      stream.send({ event: 'progress', data: { model, ...progress } })
    },
  })
  const end = (): void => {
    stream.end()
  }
  stop.addEventListener('abort', end)
  reply.raw.once('close', () => {
    stop.removeEventListener('abort', end)
    unlisten()
  })
}

async function addFiles(app: FastifyInstance, { page, examples, stickers }: Services): Promise<void> {
  const { default: files } = await import('@fastify/static')
  const options = { decorateReply: false, dotfiles: 'deny', cacheControl: false } as const
  await app.register(files, { ...options, root: resolve(page) })
  for (const [prefix, shared] of [
    [EXAMPLES, examples],
    [STICKERS, stickers],
  ] as const) {
    if (shared === undefined) continue
    const known = new Set(shared.files.map((file) => `/${file}`))
    await app.register(files, {
      ...options,
      root: resolve(shared.folder),
      prefix: `/${prefix}/`,
      allowedPath: (path) => known.has(path),
    })
  }
}

function readModelRequest(body: unknown): ModelRequest {
  const { weights, device, ...unknown } = Object(body) as Partial<Record<string, unknown>>
  if (
    !isWeights(weights) ||
    (device !== undefined && typeof device !== 'string') ||
    Object.keys(unknown).length > 0
  )
    throw new Refusal(
      'BAD_REQUEST',
      'Expected { weights: "original" | "fp32" | "fp16" | "int8" | "int4", device?: string } in the body',
    )
  return { weights, ...(device !== undefined && { device }) }
}

/** What fastify itself refuses, in the words of this API. */
function ofFastify(
  { code, statusCode, message }: FastifyError,
  { url }: FastifyRequest,
): Refusal | undefined {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal(
        'TOO_LARGE',
        'Expected a smaller body; `limits` in api/state says how large it may be',
      )
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return url.startsWith('/api/pictures')
        ? new Refusal(
            'NOT_AN_IMAGE',
            'Expected the bytes of a picture, with its content-type (image/...) or application/octet-stream',
          )
        : new Refusal('BAD_REQUEST', 'Expected a body of JSON, with content-type: application/json')
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new Refusal('BAD_REQUEST', `Expected a request of this API: ${message}`)
        : undefined
  }
}

/** A connection that never became a request: too slow, or no HTTP. */
function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: NodeJS.WritableStream & { destroy(): void },
): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const refusal = isLate
    ? new Refusal('TIMEOUT', 'Expected the whole request sooner; the connection is closed')
    : new Refusal('BAD_REQUEST', 'Expected a request of HTTP/1.1')
  const body = JSON.stringify(refusal)
  if (error.code !== 'ECONNRESET' && socket.writable)
    socket.write(
      `HTTP/1.1 ${refusal.status} ${isLate ? 'Request Timeout' : 'Bad Request'}\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    )
  socket.destroy()
}
