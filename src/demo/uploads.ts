// `POST api/pictures`: a picture's file comes in as the body, within bounds, and is kept.
import type { FastifyInstance } from 'fastify'
import { Refusal } from './refusal.ts'
import type { Services } from './services.ts'

/** Uploads that come in at the same time may take this much memory together, in pictures of the largest size. */
const UPLOADS = 8

/** The picture's bytes are the body: no form, no name, no address. */
export function addUploads(scope: FastifyInstance, { pictures, limits }: Services): void {
  scope.removeAllContentTypeParsers()
  for (const type of [/^image\//, 'application/octet-stream'])
    scope.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => {
      done(null, body)
    })
  let incoming = 0
  scope.post(
    '/api/pictures',
    {
      bodyLimit: limits.uploadBytes,
      onRequest: (request, reply, done) => {
        const bytes = Number(request.headers['content-length'] ?? limits.uploadBytes)
        const isRoom = incoming + bytes <= UPLOADS * limits.uploadBytes
        if (isRoom) {
          incoming += bytes
          reply.raw.once('close', () => {
            incoming -= bytes
          })
        }
        done(
          isRoom || bytes > limits.uploadBytes
            ? undefined
            : new Refusal('QUEUE_FULL', 'Too many pictures are being uploaded; try again in a moment'),
        )
      },
    },
    async (request, reply) => {
      const bytes = (request.body as Uint8Array | undefined) ?? new Uint8Array()
      const { id, width, height, format } = await pictures.add(bytes)
      return await reply.code(201).send({ id, width, height, format })
    },
  )
}
