// Answers: asked for, streamed, stopped, and kept as the history of this tab.
import { batch, type Signal, signal } from '@preact/signals'
import type { AnswerBox, AnswerEvent, AnswerRequest, LoadProgress, Timing } from '../api.ts'
import { eventsOf, post, RequestError } from './client.ts'
import { kept } from './kept.ts'
import { countOpenPhrases } from './phrases.ts'
import { keepOnly } from './picture-files.ts'
import { models } from './server.ts'
import {
  askedModels,
  boxes,
  type Chosen,
  forgetUpload,
  generation,
  grounded,
  makingScene,
  picture,
  pictureProblem,
  pictureToAsk,
  showPicture,
  task,
  texts,
  uploadedId,
} from './work.ts'

/** How far an answer is. */
export type Phase = 'sending' | 'queued' | 'loading' | 'running' | 'done' | 'stopped' | 'failed'

/** A phrase of an answer, or of what has come of it. */
export type Phrase = Extract<AnswerEvent, { event: 'entity' }>['data']

/** One answer, from the request to the end. */
export interface Run {
  readonly key: string
  /** The name of the model that was asked. */
  readonly modelName: string
  readonly picture: Chosen
  readonly request: Omit<AnswerRequest, 'picture'>
  readonly phase: Phase
  /** How many requests come before this one, while it is queued. */
  readonly position: number
  /** While the model loads. */
  readonly progress?: LoadProgress | undefined
  readonly prompt: string
  readonly text: string
  readonly raw: string
  readonly entities: readonly Phrase[]
  /** With confidence and maps; empty until the end. */
  readonly boxes: readonly AnswerBox[]
  /** Not in answers that were kept by a page before it was told. */
  readonly confidence?: number | undefined
  readonly timing?: Timing | undefined
  readonly limited: boolean
  /** Why it failed, or what it waits for. */
  readonly message: string
}

/** The answers on the page: one, or two models side by side. */
export const shown = signal<readonly Signal<Run>[]>([])
/** Which of them has its boxes on the picture. */
export const front = signal(0)
/** The entity that is pointed at, in the answer at the front. */
export const pointed = signal<number | undefined>(undefined)
/** The box whose certainty is looked at: its place among the boxes of the answer at the front. */
export const examined = signal<number | undefined>(undefined)
/** Finished answers, the newest first; two that were compared are one entry. */
export const history = kept<readonly (readonly Run[])[]>('history', [], Array.isArray)

/** How many entries the history holds. */
const LONGEST_HISTORY = 20

const isRunning = ({ phase }: Run): boolean => ['sending', 'queued', 'loading', 'running'].includes(phase)

/** Whether any shown answer is still to come. */
export const running = (): boolean => shown.value.some((run) => isRunning(run.value))

let stopping = new AbortController()

/** Ends the answers that are on their way; what has come of them stays. */
export function stop(): void {
  stopping.abort()
}

/** Asks about the picture what the form says; two models if a second one is chosen. */
export async function ask(): Promise<void> {
  stop()
  const controller = new AbortController()
  stopping = controller
  const chosen = await pictureToAsk().catch((error: unknown) => {
    pictureProblem.value = error instanceof Error ? error.message : String(error)
    return undefined
  })
  if (chosen === undefined || controller.signal.aborted) return
  const request = requestOf()
  const runs = askedModels.value.map((id) => signal(emptyRun(chosen, { ...request, model: id })))
  batch(() => {
    shown.value = runs
    front.value = 0
    pointed.value = undefined
    examined.value = undefined
  })
  await Promise.all(runs.map((run) => answer(run, controller.signal)))
  remember(runs.map((run) => run.value))
}

/** The form as a request: what its task does not take is left out. */
function requestOf(): Omit<AnswerRequest, 'picture' | 'model'> {
  const { do_sample, temperature, seed, ...limits } = generation.value
  const which = task.value
  const takesText = ['ground', 'ask', 'prompt'].includes(which)
  const text = texts.value[which] ?? ''
  const takesBoxes = which === 'describe' || (takesText && which !== 'ground' && countOpenPhrases(text) > 0)
  return {
    task: which,
    maps: true,
    settings: { ...limits, ...(do_sample ? { do_sample, temperature, seed } : {}) },
    ...(which === 'ground' || which === 'prompt' ? {} : { grounded: grounded.value }),
    ...(takesText ? { text } : {}),
    ...(takesBoxes ? { boxes: boxes.value } : {}),
  }
}

function emptyRun(chosen: Chosen, request: Omit<AnswerRequest, 'picture'>): Run {
  return {
    key: Math.random().toString(36).slice(2),
    modelName: models.value.get(request.model ?? '')?.name ?? '',
    picture: chosen,
    request,
    phase: 'sending',
    position: 0,
    prompt: '',
    text: '',
    raw: '',
    entities: [],
    boxes: [],
    limited: false,
    message: '',
  }
}

/** What comes is shown once a frame: the model may write faster than a page can be drawn anew. */
const FRAME_MS = 16

async function answer(run: Signal<Run>, signal: AbortSignal): Promise<void> {
  let latest = run.value
  let timer: number | undefined
  const show = (): void => {
    window.clearTimeout(timer)
    timer = undefined
    run.value = latest
  }
  const change = (changes: Partial<Run>): void => {
    latest = { ...latest, ...changes }
    timer ??= window.setTimeout(show, FRAME_MS)
  }
  try {
    const response = await send(latest, signal, change)
    for await (const event of eventsOf(response)) {
      signal.throwIfAborted()
      take(change, latest, event as AnswerEvent)
    }
    if (isRunning(latest))
      change({
        phase: 'failed',
        message: 'The server broke off in the middle of the answer. Ask again once it is back.',
      })
  } catch (error) {
    if (signal.aborted) change({ phase: 'stopped', message: '' })
    else change({ phase: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
  show()
}

/** Sends the request: the picture again if the server has forgotten it, and later if too many are waiting. */
async function send(
  { picture: { key }, request }: Run,
  signal: AbortSignal,
  change: (changes: Partial<Run>) => void,
) {
  for (let again = false; ;) {
    const id = await uploadedId(key, signal)
    try {
      return await post('api/answers', { ...request, picture: id }, signal)
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      if (error.code === 'PICTURE_UNKNOWN' && !again) {
        again = true
        forgetUpload(key)
      } else if (error.code === 'QUEUE_FULL') {
        change({ phase: 'queued', message: 'Too many are waiting; this asks again by itself.' })
        await pause((error.retryAfter ?? 2) * 1000, signal)
      } else throw error
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}

function take(change: (changes: Partial<Run>) => void, run: Run, { event, data }: AnswerEvent): void {
  switch (event) {
    case 'queued':
      change({ phase: 'queued', position: data.position, message: '' })
      break
    case 'loading':
      change({ phase: 'loading', progress: data })
      break
    case 'started':
      change({ phase: 'running', prompt: data.prompt, progress: undefined })
      break
    case 'token':
      change({ text: run.text + data.text, raw: run.raw + data.raw })
      break
    case 'entity':
      change({ entities: [...run.entities, data] })
      break
    case 'answer':
      change({ phase: 'done', ...data })
      break
    case 'failed':
      change({ phase: 'failed', message: data.message })
      break
  }
}

/** A box without its maps, which are too large to be kept. */
export function withoutMaps(box: AnswerBox): AnswerBox {
  const { maps, ...rest } = box
  return maps === undefined ? box : rest
}

/** Finished answers become the newest entry of the history; their maps stay with the answers on the page. */
function remember(runs: readonly Run[]): void {
  const small = runs.map((run) => ({ ...run, boxes: run.boxes.map(withoutMaps) }))
  if (small.every(({ text }) => text === '')) return
  history.value = [small, ...history.value].slice(0, LONGEST_HISTORY)
  void keepOnly(new Set([picture.value?.key ?? '', ...history.value.flat().map((run) => run.picture.key)]))
}

/** Shows an entry of the history again, on its own picture; the form stays as it is. */
export async function recall(entry: readonly Run[]): Promise<void> {
  const [first] = entry
  if (first === undefined) return
  stop()
  batch(() => {
    shown.value = entry.map((run) => signal(run))
    front.value = 0
    pointed.value = undefined
    examined.value = undefined
    makingScene.value = false
  })
  await showPicture(first.picture)
}
