// One answer, from a checked request to its last event.
import {
  type AnswerBox as LibraryBox,
  answerBoxes,
  answerStreamer,
  type CornerMap,
  type Entity,
  type Kosmos2,
  locateEntities,
  refineAnswers,
} from '../index.ts'
import { confidenceOf } from '../tasks/answer.ts'
import type { CheckedRequest } from './answer-request.ts'
import type { AnswerBox, AnswerEntity, AnswerEvent, FinishedAnswer, Limits } from './api.ts'
import type { StoredPicture } from './picture-store.ts'

/** New tokens where neither the request nor the checkpoint says how many. */
const NEW_TOKENS = 128

/** What an answer is made of. */
export interface Asking {
  readonly kosmos: Kosmos2
  readonly picture: StoredPicture
  readonly request: CheckedRequest
  /** What the model is given, tags and boxes included, without the picture's places. */
  readonly prompt: string
  readonly limits: Pick<Limits, 'newTokens'>
  /** When the request came, by `performance.now()`. */
  readonly askedAt: number
  readonly signal: AbortSignal
  readonly send: (event: AnswerEvent) => void
}

/**
 * Runs the model and sends `started`, `token`, `entity` and `answer`.
 * @throws the signal's reason; {TypeError | RangeError} for what only the model can tell, such as a prompt too long for it
 */
export async function sendAnswer(asking: Asking): Promise<void> {
  const { kosmos, picture, request, prompt, limits, askedAt, signal, send } = asking
  const { processor, model } = kosmos
  const { text, bboxes = null, settings, maps } = request
  const startedAt = performance.now()
  send({ event: 'started', data: { prompt } })
  const inputs = await processor.call({
    text,
    images: picture.bytes,
    bboxes,
    num_image_tokens: model.config.latent_query_num,
    verbose: false,
    signal,
  })
  const max_new_tokens =
    settings.max_new_tokens ??
    Math.min(model.generation_config.max_new_tokens ?? NEW_TOKENS, limits.newTokens)
  const tokenTimes: number[] = []
  const reader = answerStreamer(processor, ({ text, raw, entities }) => {
    if (text !== '' || raw !== '') send({ event: 'token', data: { text, raw } })
    for (const entity of entities) send({ event: 'entity', data: entityFields(entity) })
  })
  let isPrompt = true
  const streamer = {
    put(ids: readonly number[]) {
      if (!isPrompt) tokenTimes.push(performance.now())
      isPrompt = false
      return reader.put(ids)
    },
    end: () => reader.end(),
  }
  const output = await model.generate({
    ...inputs,
    ...settings,
    max_new_tokens,
    return_dict_in_generate: true,
    output_scores: true,
    // Beams may still be dropped: their text is known at the end.
    ...((settings.num_beams ?? 1) === 1 && { streamer }),
    signal,
  })
  const answered = locateEntities(processor, output, 0)
  const { ids, decoded, caption, entities } = answered
  const { pixel_values } = inputs
  const [boxes] = await refineAnswers(model, pixel_values, [answerBoxes(answered, picture)], { signal })
  const promptLength = inputs.input_ids.dims[1]!
  const tokens = ids.length - promptLength
  const finishedAt = performance.now()
  const [first, last] = [tokenTimes[0], tokenTimes.at(-1)]
  const answer: FinishedAnswer = {
    text: caption,
    raw: processor.post_process_generation(decoded, { cleanup_and_extract: false }),
    entities: entities.map(entityFields),
    boxes: boxes!.map((box) => boxFields(box, maps)),
    confidence: confidenceOf(kosmos, output, 0),
    timing: {
      queuedMs: startedAt - askedAt,
      firstTokenMs: first === undefined ? null : first - startedAt,
      tokens,
      tokensPerSecond: first === undefined || last === first ? null : (1000 * (tokens - 1)) / (last! - first),
      totalMs: finishedAt - askedAt,
    },
    limited: tokens >= max_new_tokens && ids.at(-1) !== model.config.text_config.eos_token_id,
  }
  send({ event: 'answer', data: answer })
}

function entityFields([name, span, boxes]: Entity): AnswerEntity {
  return { name, span, boxes }
}

/** The boxes for a reader elsewhere: maps as text, and only where they were asked for. */
function boxFields({ maps, ...box }: LibraryBox, withMaps: boolean): AnswerBox {
  return {
    ...box,
    ...(withMaps && maps && { maps: [encodeMap(maps.upperLeft), encodeMap(maps.lowerRight)] as const }),
  }
}

function encodeMap({ probabilities }: CornerMap): string {
  const bytes = Buffer.alloc(4 * probabilities.length)
  probabilities.forEach((value, i) => bytes.writeFloatLE(value, 4 * i))
  return bytes.toString('base64')
}
