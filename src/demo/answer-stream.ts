// `POST api/answers`: from a request to a stream of events, by way of the queue.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readAnswerRequest } from './answer-request.ts'
import { sendAnswer } from './answers.ts'
import { type AnswerEvent, CLIENT_HEADER } from './api.ts'
import { joinText, openEventStream } from './event-stream.ts'
import { Refusal, refusalOf } from './refusal.ts'
import type { Services } from './services.ts'

/**
 * Answers a request.
 * @throws {TypeError | RangeError | Refusal} for a request that cannot be queued, before anything is sent
 */
export async function answerStream(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
): Promise<void> {
  const { limits, models, pictures, processor, queue, onError, stop } = services
  const askedAt = performance.now()
  const asked = readAnswerRequest(request.body, limits)
  // What there is to say against the text is said before anything runs.
  const prompt = processor.preprocess_examples(asked.text, null, asked.bboxes ?? null)
  const picture = pictures.get(asked.picture)
  queue.expectRoom()
  const lease = models.use(asked.model ?? models.defaultId)
  reply.hijack()
  const gone = new AbortController()
  reply.raw.once('close', () => {
    gone.abort(new Error('The client closed the connection'))
  })
  const stream = openEventStream(reply.raw, reply.getHeaders(), joinText)
  const send = (event: AnswerEvent): void => {
    stream.send(event)
  }
  const unlisten = models.listen({
    progress(model, progress) {
      if (model === lease.id) send({ event: 'loading', data: { model, ...progress } })
    },
  })
  const signal = AbortSignal.any([gone.signal, stop])
  try {
    const turn = {
      client: clientOf(request),
      signal,
      ready: lease.ready,
      onPosition(position: number) {
        send({ event: 'queued', data: { position } })
      },
    }
    await queue.enter(turn, async () => {
      const kosmos = await lease.ready
      const limited = AbortSignal.any([signal, deadline(limits.seconds)])
      await sendAnswer({ kosmos, picture, request: asked, prompt, limits, askedAt, signal: limited, send })
    })
  } catch (error) {
    if (!gone.signal.aborted) {
      const refusal = refusalOf(error)
      if (refusal.code === 'INTERNAL') onError(error)
      send({ event: 'failed', data: refusal.toJSON() })
    }
  } finally {
    unlisten()
    lease.release()
    stream.end()
  }
}

function deadline(seconds: number): AbortSignal {
  const late = new AbortController()
  setTimeout(() => {
    late.abort(
      new Refusal(
        'TIMEOUT',
        `Expected an answer within ${seconds} seconds, but it takes longer; ask for fewer tokens or beams, or take a faster model`,
      ),
    )
  }, seconds * 1000).unref()
  return late.signal
}

/** A tab's own word; whoever sends none is known by address. */
function clientOf({ headers, ip }: FastifyRequest): string {
  const given = headers[CLIENT_HEADER]
  return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : ip
}
