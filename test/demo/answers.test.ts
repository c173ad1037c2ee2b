// Answers over HTTP, held against the model's own.
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { AnswerEvent, AnswerRequest, Corners, State } from '../../src/demo/api.ts'
import { type Answer, finerEntities, Kosmos2, type Tensor } from '../../src/index.ts'
import {
  allEvents,
  answerTo,
  ask,
  eventsOf,
  post,
  request,
  scene,
  start,
  temporaryFolder,
  upload,
} from './client.ts'

// A folder of its own, as conversions go beside it.
const checkpoint = join(temporaryFolder(), 'kosmos2-tiny')
cpSync('models/kosmos2-tiny', checkpoint, { recursive: true })
const kosmos = await Kosmos2.from_pretrained(checkpoint)
const { latent_query_num } = kosmos.model.config
after(() => kosmos.dispose())
const demo = await start({ kosmos, examples: 'data/scenes', stickers: 'data/sprites' })
const picture = await upload(demo, 'three')
const image = scene('three')

/** The model itself, and what can be done to it in the middle of its work. */
const { model } = kosmos
const generate = model.generate.bind(model) as typeof model.generate & ((all: object) => Promise<Tensor>)

const box: Corners = [0.109375, 0.765625, 0.265625, 0.984375]
const asked = (body: Omit<AnswerRequest, 'picture'>): AnswerRequest => ({ picture: picture.id, ...body })

test("every task's answer is Kosmos2's own, whichever settings it has", async () => {
  const cases: readonly (readonly [Omit<AnswerRequest, 'picture'>, Promise<Answer>])[] = [
    [{ task: 'caption' }, kosmos.caption(image)],
    [{ task: 'caption', grounded: false }, kosmos.caption(image, { grounded: false })],
    [{ task: 'detail', grounded: true }, kosmos.caption(image, { detail: true })],
    [{ task: 'ground', text: 'a balloon' }, kosmos.ground(image, 'a balloon')],
    [{ task: 'describe', boxes: [box] }, kosmos.describe(image, { fractions: box })],
    [{ task: 'ask', text: 'What is on the left?' }, kosmos.ask(image, 'What is on the left?')],
    [
      { task: 'ask', text: 'What is on the left?', grounded: true },
      kosmos.ask(image, 'What is on the left?', { grounded: true }),
    ],
    [{ task: 'prompt', text: '<grounding> An image of' }, kosmos.caption(image)],
    [
      { task: 'prompt', text: '<grounding><phrase> It</phrase> is', boxes: [box] },
      kosmos.describe(image, { fractions: box }),
    ],
    [
      {
        task: 'prompt',
        text: '<grounding><phrase> It</phrase><object><patch_index_0771><patch_index_1000></object> is',
      },
      kosmos.describe(image, { fractions: box }),
    ],
    [{ task: 'caption', settings: { num_beams: 3 } }, kosmos.caption(image, { num_beams: 3 })],
    [
      { task: 'detail', settings: { do_sample: true, temperature: 1.5, seed: 7, max_new_tokens: 20 } },
      kosmos.caption(image, { detail: true, do_sample: true, temperature: 1.5, seed: 7, max_new_tokens: 20 }),
    ],
  ]
  for (const [body, expected] of cases) {
    const { text, entities, raw, boxes, confidence } = await answerTo(demo, asked(body))
    const tuples = entities.map(({ name, span, boxes }) => [name, span, boxes])
    const own = await expected
    const answer = { text: own.text, entities: own.entities, raw: own.raw, confidence: own.confidence }
    assert.deepEqual({ text, entities: tuples, raw, confidence }, answer, JSON.stringify(body))
    assert.deepEqual(boxes, JSON.parse(JSON.stringify(own.boxes.map((box) => ({ ...box, maps: undefined })))))
  }
})

test('text and boxes come as they are written: whole words, and an entity as soon as its boxes are complete', async () => {
  const events = await allEvents(demo, asked({ task: 'detail' }))
  const names = events.map(({ event }) => event)
  assert.deepEqual(names.slice(0, 2), ['queued', 'started'])
  assert.deepEqual(events[1]!.data, { prompt: '<grounding> Describe this image in detail:' })
  const last = events.at(-1)!
  assert.ok(last.event === 'answer')
  assert.equal(names.filter((name) => name === 'answer').length, 1)
  const { text, raw, entities, timing } = last.data
  let [shown, written] = ['', '']
  const found: unknown[] = []
  for (const { event, data } of events) {
    if (event === 'token') [shown, written] = [shown + data.text, written + data.raw]
    if (event === 'entity') {
      found.push(data)
      // Its last tag came, and nothing behind it.
      assert.match(written, /<\/object>$/)
      assert.ok(shown.trimEnd().endsWith(data.name), shown)
    }
    assert.ok(text.startsWith(shown) && raw.startsWith(written), shown)
  }
  assert.ok(found.length >= 3)
  assert.deepEqual(found, entities)
  assert.ok(timing.tokens > names.filter((name) => name === 'token').length / 2)
  assert.ok(timing.firstTokenMs! <= timing.totalMs && timing.queuedMs <= timing.totalMs)
})

test('each box has its likelihood, its finer place and, where asked for, its maps; one of the prompt has none', async () => {
  const body = asked({ task: 'caption', maps: true, settings: { max_new_tokens: 40 } })
  const { boxes, entities, limited } = await answerTo(demo, body)
  assert.equal(limited, false)
  const inputs = await kosmos.processor.call({ text: '<grounding> An image of', images: image })
  const output = await model.generate({
    ...inputs,
    return_dict_in_generate: true,
    output_scores: true,
    max_new_tokens: 40,
  })
  const believed = finerEntities(kosmos.processor, output)[1].flatMap(([, , own]) => own)
  const { pixel_values } = inputs
  const [finer] = await kosmos.model.refineBoxes({ pixel_values, boxes: [believed] })
  assert.deepEqual(
    boxes.map((one) => one.finer),
    finer,
  )
  assert.deepEqual(
    boxes.map((one) => one.fractions),
    entities.flatMap((one) => one.boxes),
  )
  for (const { maps, patches, confidence, pixels, fractions } of boxes) {
    assert.deepEqual(
      pixels,
      fractions.map((side) => side * 480),
    )
    maps!.forEach((map, corner) => {
      const bytes = Buffer.from(map, 'base64')
      const cells = Array.from({ length: 1024 }, (_, cell) => bytes.readFloatLE(4 * cell))
      assert.equal(bytes.length, 4096)
      assert.ok(Math.abs(cells.reduce((sum, value) => sum + value) - 1) < 1e-5)
      assert.equal(cells.indexOf(Math.max(...cells)), patches[corner])
      assert.equal(cells[patches[corner]!], Math.fround(confidence![corner]!))
    })
  }
  const described = await answerTo(demo, asked({ task: 'describe', boxes: [box, [0.5, 0.5, 0.75, 0.75]] }))
  const [first, second] = described.boxes
  assert.deepEqual(
    [first!.confidence, first!.finer, first!.maps, first!.patches],
    [null, null, undefined, [771, 1000]],
  )
  assert.deepEqual([second!.entity, second!.index, second!.patches], [0, 1, [528, 759]])
  const cut = await answerTo(demo, asked({ task: 'detail', settings: { max_new_tokens: 5 } }))
  assert.deepEqual([cut.limited, cut.timing.tokens], [true, 5])
})

test('health answers while the model runs; a client that leaves stops the model, and leaves the queue', async () => {
  const outcomes: string[] = []
  let begin = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  model.generate = ((all: object) => {
    const answer = generate(all)
    begin()
    answer.then(
      () => outcomes.push('answered'),
      (error: unknown) => outcomes.push(String(error)),
    )
    return answer
  }) as typeof model.generate
  const slow = asked({ task: 'detail', settings: { num_beams: 5, max_new_tokens: 256 } })
  const [leaver, waiter] = [new AbortController(), new AbortController()]
  const running = eventsOf(await ask(demo, slow, { client: 'leaver', signal: leaver.signal }))
  await untilEvent(running, 'started')
  await begun
  const waiting = eventsOf(await ask(demo, slow, { client: 'waiter', signal: waiter.signal }))
  await untilEvent(waiting, 'queued')
  await health()
  assert.deepEqual(outcomes, [])
  waiter.abort()
  leaver.abort()
  await answerTo(demo, asked({ task: 'caption' }))
  assert.deepEqual(outcomes, ['Error: The client closed the connection', 'answered'])
  model.generate = generate
})

test('fifty clients at once are all answered, in turn, with bounded memory', async () => {
  let [open, runs] = [(): void => undefined, 0]
  const opened = new Promise<void>((resolve) => (open = resolve))
  model.generate = (async (all: object) => {
    if (runs++ === 0) await opened
    return await generate(all)
  }) as typeof model.generate
  const names = [
    ...Array.from({ length: 5 }, () => 'greedy'),
    ...Array.from({ length: 45 }, (_, i) => `client-${i}`),
  ]
  const started: string[] = []
  const answers: Promise<AnswerEvent | undefined>[] = []
  const before = memory()
  for (const [index, client] of names.entries()) {
    const body = asked({ task: 'caption', settings: { max_new_tokens: 6 } })
    const events = eventsOf(await ask(demo, body, { client }))
    const { value } = (await events.next()) as IteratorResult<AnswerEvent, undefined>
    assert.equal(value?.event, 'queued')
    answers.push(
      (async () => {
        let last: AnswerEvent | undefined
        for await (const event of events) {
          if (event.event === 'started') started.push(`${client} ${index}`)
          last = event
        }
        return last
      })(),
    )
  }
  assert.equal(runs, 1)
  open()
  const texts = (await Promise.all(answers)).map((last) => last?.event === 'answer' && last.data.text)
  assert.equal(new Set(texts).size, 1)
  assert.match(String(texts[0]), /^An image of/)
  const others = names.map((client, index) => `${client} ${index}`).slice(5)
  assert.deepEqual(started, ['greedy 0', 'greedy 1', ...others, 'greedy 2', 'greedy 3', 'greedy 4'])
  assert.ok(memory() - before < 100e6)
  model.generate = generate
})

test('another precision is converted and loaded when it is asked for, and the one that rested longest makes room', async () => {
  const followed = new AbortController()
  const states = eventsOf(await request(demo, 'api/events', { signal: followed.signal }))
  const stateNow = async (): Promise<Record<string, string>> => {
    const { models } = (await (await request(demo, 'api/state')).json()) as State
    return Object.fromEntries(models.map(({ id, state }) => [id, state]))
  }
  assert.deepEqual(await stateNow(), {
    original: 'ready',
    'fp32@CPU': 'available',
    'fp16@CPU': 'available',
    'int8@CPU': 'available',
    'int4@CPU': 'available',
  })
  const events = await allEvents(demo, asked({ task: 'caption', model: 'int8@CPU' }))
  const loading = events.flatMap(({ event, data }) => (event === 'loading' ? data.part : []))
  assert.deepEqual([...new Set(loading)], ['convert', 'compile'])
  const int8 = await Kosmos2.from_pretrained(`${checkpoint}-int8`)
  const own = await int8.caption(image)
  await int8.dispose()
  const last = events.at(-1)!
  assert.equal(last.event === 'answer' && last.data.text, own.text)

  const accepted = await post(demo, 'api/models', { weights: 'int4' })
  assert.equal(accepted.status, 202)
  assert.deepEqual(((await accepted.json()) as { id: string }).id, 'int4@CPU')
  for await (const { event, data } of states as AsyncGenerator as AsyncGenerator<{
    event: string
    data: State
  }>)
    if (event === 'state' && data.models.some(({ id, state }) => id === 'int4@CPU' && state === 'ready'))
      break
  followed.abort()
  const { original, 'int8@CPU': rested, 'int4@CPU': fresh } = await stateNow()
  assert.deepEqual([original, rested, fresh], ['ready', 'available', 'ready'])
})

test('the state names examples and stickers, which are given out as they are; the page needs no token', async () => {
  const state = (await (await request(demo, 'api/state')).json()) as State
  assert.deepEqual(state.checkpoint, { name: 'kosmos2-tiny', isEmbedded: true, latents: latent_query_num })
  assert.equal(state.default, 'original')
  const three = state.examples.find(({ name }) => name === 'three')!
  assert.deepEqual(three, { name: 'three', path: 'examples/three.png', width: 480, height: 480 })
  for (const path of ['', three.path, state.stickers!.path, 'stickers/fluent-flat.webp'])
    assert.equal((await fetch(new URL(path, demo.url))).status, 200, path)
  assert.match(await (await fetch(demo.url)).text(), /The page/)
})

async function health(): Promise<void> {
  const response = await request(demo, 'api/health', { headers: { authorization: '' } })
  assert.deepEqual(await response.json(), { status: 'ok' })
}

async function untilEvent(events: AsyncGenerator<AnswerEvent>, name: AnswerEvent['event']): Promise<void> {
  for (;;) {
    const { value, done } = (await events.next()) as IteratorResult<AnswerEvent, undefined>
    if (done === true) assert.fail(`no ${name}`)
    if (value.event === name) return
  }
}

/** Bytes of JavaScript's own memory and of buffers. */
function memory(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
