// What a request for an answer says, checked: every field that is missing, unknown, of another type or out of range is
// named before anything runs.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import {
  type BoxInput,
  briefCaption,
  describeRegion,
  detailedCaption,
  groundPhrase,
  type PhraseBoxes,
  question,
} from '../index.ts'
import type { AnswerRequest, Corners, Limits, Settings, Task } from './api.ts'

/** What is wanted of the model. */
export interface CheckedRequest {
  readonly picture: string
  /** Undefined for the default one. */
  readonly model: string | undefined
  /** What the model is given, without places for the picture and without boxes. */
  readonly text: string
  /** The boxes of the phrases of `text`. */
  readonly bboxes: readonly PhraseBoxes[] | undefined
  readonly settings: Settings
  readonly maps: boolean
}

/** Which fields a task uses. */
const TASKS = {
  caption: { text: false, boxes: false },
  detail: { text: false, boxes: false },
  ground: { text: true, boxes: false },
  describe: { text: false, boxes: true },
  ask: { text: true, boxes: true },
  prompt: { text: true, boxes: true },
} as const satisfies Record<Task, { readonly text: boolean; readonly boxes: boolean }>

const FIELDS: readonly (keyof AnswerRequest)[] = [
  'picture',
  'task',
  'grounded',
  'text',
  'boxes',
  'model',
  'settings',
  'maps',
]
const SETTINGS: readonly (keyof Settings)[] = [
  'max_new_tokens',
  'num_beams',
  'do_sample',
  'temperature',
  'seed',
]

/** A phrase, and whether it has its box already. */
const PHRASES = /<phrase>[^\n]+?<\/phrase>(\s*<object>)?/g

/**
 * Checks the body of a request.
 * @throws {TypeError | RangeError} saying what was expected, for which field, and what came
 */
export function readAnswerRequest(body: unknown, limits: Limits): CheckedRequest {
  if (!isObject(body)) throw invalidType('the body', 'a JSON object', body)
  rejectUnknownOptions('an answer', body, FIELDS)
  const { picture, model, settings = {}, maps = false, grounded } = body
  if (typeof picture !== 'string') throw invalidType('picture', 'the id of an uploaded picture', picture)
  if (model !== undefined && typeof model !== 'string') throw invalidType('model', 'the id of a model', model)
  if (typeof maps !== 'boolean') throw invalidType('maps', 'true or false', maps)
  if (grounded !== undefined && typeof grounded !== 'boolean')
    throw invalidType('grounded', 'true or false', grounded)
  const task = readTask(body['task'])
  const text = readText(task, body['text'], limits)
  const boxes = readBoxes(task, body['boxes'], limits)
  return {
    picture,
    model,
    maps,
    settings: readSettings(settings, limits),
    ...promptOf(task, text, boxes, grounded),
  }
}

function readTask(task: unknown): Task {
  if (typeof task === 'string' && Object.hasOwn(TASKS, task)) return task as Task
  throw invalidRange('task', `one of ${Object.keys(TASKS).join(', ')}`, task)
}

function readText(task: Task, text: unknown, { promptCharacters }: Limits): string {
  if (text !== undefined && typeof text !== 'string') throw invalidType('text', 'a string', text)
  if ((text?.length ?? 0) > promptCharacters)
    throw new RangeError(
      `Expected at most ${promptCharacters} characters for text but received ${text?.length}; shorten it`,
    )
  const needed = TASKS[task].text
  // What a page keeps in its field for another task is no mistake, but what is needed must be there.
  if (needed && (text === undefined || text.trim() === ''))
    throw invalidRange('text', `a text that is not empty, as the task ${task} needs it,`, text)
  return needed ? text! : ''
}

function readBoxes(task: Task, boxes: unknown, limits: Limits): Corners[] {
  if (boxes !== undefined && !Array.isArray(boxes)) throw invalidType('boxes', 'an array of boxes', boxes)
  const list: unknown[] = boxes ?? []
  if (list.length > limits.boxes)
    throw new RangeError(`Expected at most ${limits.boxes} boxes but received ${list.length}`)
  if (list.length > 0 && !TASKS[task].boxes)
    throw invalidRange('boxes', `no boxes, as the task ${task} has none,`, list)
  if (list.length === 0 && task === 'describe')
    throw invalidRange('boxes', 'at least one box, as the task describe needs it,', boxes)
  return list.map((box, index) => readBox(`boxes[${index}]`, box))
}

function readBox(name: string, box: unknown): Corners {
  const expected = 'four fractions [x1, y1, x2, y2] of the picture, from 0 to 1, with x2 > x1 and y2 > y1'
  if (!Array.isArray(box) || box.length !== 4 || !box.every((side) => typeof side === 'number'))
    throw invalidType(name, expected, box)
  const [x1, y1, x2, y2] = box as [number, number, number, number]
  if (!box.every((side: number) => side >= 0 && side <= 1) || !(x2 > x1 && y2 > y1))
    throw invalidRange(name, expected, box)
  return [x1, y1, x2, y2]
}

function readSettings(settings: unknown, { newTokens, beams }: Limits): Settings {
  if (!isObject(settings)) throw invalidType('settings', 'an object', settings)
  rejectUnknownOptions('settings', settings, SETTINGS)
  const { do_sample, temperature } = settings
  const integer = (name: string, least: number, most: number): void => {
    const value = settings[name]
    if (value === undefined) return
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
      throw invalidRange(`settings.${name}`, `integer from ${least} to ${most}`, value)
  }
  integer('max_new_tokens', 1, newTokens)
  integer('num_beams', 1, beams)
  integer('seed', 0, Number.MAX_SAFE_INTEGER)
  if (do_sample !== undefined && typeof do_sample !== 'boolean')
    throw invalidType('settings.do_sample', 'true or false', do_sample)
  if (temperature !== undefined && !(typeof temperature === 'number' && temperature > 0))
    throw invalidRange('settings.temperature', 'a number above 0', temperature)
  for (const [name, neutral] of [['temperature', 1] as const, ['seed', undefined] as const]) {
    const value = settings[name]
    if (do_sample !== true && value !== undefined && value !== neutral)
      throw invalidRange(`settings.${name}`, 'nothing, as it only acts with do_sample: true,', value)
  }
  return settings
}

function promptOf(
  task: Task,
  text: string,
  boxes: readonly Corners[],
  grounded: boolean | undefined,
): Pick<CheckedRequest, 'text' | 'bboxes'> {
  const options = grounded === undefined ? {} : { grounded }
  const fractions = boxes.map((box): BoxInput => ({ fractions: box }))
  switch (task) {
    case 'caption':
      return { text: briefCaption(options), bboxes: undefined }
    case 'detail':
      return { text: detailedCaption(options), bboxes: undefined }
    case 'ground':
      return { text: groundPhrase(text), bboxes: undefined }
    case 'describe':
      return { text: describeRegion(options), bboxes: [fractions] }
    case 'ask':
      return withBoxes(question(text, { grounded: grounded ?? false }), fractions)
    case 'prompt':
      return withBoxes(text, fractions)
  }
}

/** Gives boxes to the phrases that have none yet. */
function withBoxes(text: string, boxes: readonly BoxInput[]): Pick<CheckedRequest, 'text' | 'bboxes'> {
  if (boxes.length === 0) return { text, bboxes: undefined }
  const phrases = [...text.matchAll(PHRASES)].map(([, object]) => object === undefined)
  const free = phrases.filter(Boolean).length
  if (free !== boxes.length)
    throw new RangeError(
      `Expected as many boxes as the text has phrases without one (<phrase>...</phrase>), which are ${free}, but received ${boxes.length}`,
    )
  let next = 0
  return { text, bboxes: phrases.map((isFree) => (isFree ? boxes[next++]! : null)) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
