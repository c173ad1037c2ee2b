// What a person works on: the picture, the boxes on it, the task and its text, the settings. All of it outlives a reload.
import { batch, computed, signal } from '@preact/signals'
import type { Picture, Task } from '../api.ts'
import { type Box, isBox } from './box.ts'
import { request } from './client.ts'
import { kept } from './kept.ts'
import { fileOf, keepFile, newKey } from './picture-files.ts'
import { paintScene, type TrueThing, trueThings } from './paint-scene.ts'
import { EMPTY_SCENE, isScene, type Scene, SCENE_SIDE } from './scene.ts'
import { atlas, models, server } from './server.ts'
import { type View, WHOLE } from './view.ts'

/** A picture that was chosen. */
export interface Chosen {
  /** What its file is kept under in this browser. */
  readonly key: string
  readonly name: string
  readonly width: number
  readonly height: number
  /** What is in it for certain, where it is a scene made here. */
  readonly truth?: readonly TrueThing[] | undefined
}

/** How an answer is generated. */
export interface Generation {
  readonly max_new_tokens: number
  readonly num_beams: number
  readonly do_sample: boolean
  readonly temperature: number
  readonly seed: number
}

/** The settings that a page begins with. */
export const DEFAULT_GENERATION: Generation = {
  max_new_tokens: 128,
  num_beams: 1,
  do_sample: false,
  temperature: 1,
  seed: 0,
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** The picture under the frame; null before one is chosen. */
export const picture = kept<Chosen | null>('picture', null)
/** Whether the frame holds the scene maker instead of a picture. */
export const makingScene = kept('making-scene', false)
/** What the pointer does on a scene: move stickers, or draw boxes. */
export const arranging = kept('arranging', true)
/** The scene in the maker. */
export const scene = kept<Scene>('scene', EMPTY_SCENE, isScene)
/** The boxes drawn on each picture, by its key: another picture and back again loses none. */
const drawn = kept<Readonly<Record<string, readonly Box[]>>>(
  'boxes',
  {},
  (value) =>
    isObject(value) &&
    Object.values(value as object).every((list) => Array.isArray(list) && list.every(isBox)),
)
/** The chosen task. */
export const task = kept<Task>('task', 'caption')
/** What was typed for each task: changing the task and coming back loses nothing. */
export const texts = kept<Readonly<Partial<Record<Task, string>>>>('texts', {}, isObject)
/** Whether phrases are to be linked to boxes. */
export const grounded = kept('grounded', true)
/** How answers are generated. */
export const generation = kept<Generation>('generation', DEFAULT_GENERATION, isObject)
/** The id of the chosen model; empty, or of another server, for the default. */
export const model = kept('model', '')
/** The id of the model to compare with; empty for none. */
export const otherModel = kept('other-model', '')
/** The ids of the models that are asked: the chosen one, and the one that is compared with it, if any. */
export const askedModels = computed(() => {
  const first = models.value.has(model.value) ? model.value : (server.value?.default ?? '')
  const isOther = otherModel.value !== first && models.value.has(otherModel.value)
  return isOther ? [first, otherModel.value] : [first]
})
/** What is shown over the picture. */
export const showBoxes = kept('show-boxes', true)
export const showLabels = kept('show-labels', true)

/** The picture's file as an address of this page; undefined while there is none. */
export const pictureUrl = signal<string | undefined>(undefined)
/** Why the last picture could not be taken; empty if it could. */
export const pictureProblem = signal('')
/** Whether a picture is on its way to the server. */
export const uploading = signal(false)
/** What part of the picture is seen. */
export const view = signal<View>(WHOLE)

/** The width and height under the frame, in any unit. */
export const frameSize = computed(() =>
  makingScene.value || picture.value === null
    ? { width: SCENE_SIDE, height: SCENE_SIDE }
    : { width: picture.value.width, height: picture.value.height },
)

const boxesKey = (): string => (makingScene.value ? 'scene' : (picture.value?.key ?? ''))
/** The boxes drawn on the picture under the frame, in the order in which the prompt takes them. */
export const boxes = computed(() => drawn.value[boxesKey()] ?? [])
/** Replaces the boxes drawn on the picture under the frame. */
export function setBoxes(list: readonly Box[]): void {
  drawn.value = { ...drawn.value, [boxesKey()]: list }
}

/** The picture that the last question about the scene was about, while the scene is still the same. */
export const askedScene = signal<{ readonly key: string; readonly scene: Scene } | undefined>(undefined)
/** The key of the picture that answers are drawn upon. */
export const underAnswers = computed(() => {
  if (!makingScene.value) return picture.value?.key
  return askedScene.value?.scene === scene.value ? askedScene.value.key : undefined
})

/** The ids that the server gave to pictures, by their keys here; forgotten with the page, as the server may be too. */
const uploaded = new Map<string, string>()

/** Sends a picture that is kept under a key to the server, if it has not got it. @returns its id there */
export async function uploadedId(key: string, signal?: AbortSignal): Promise<string> {
  const known = uploaded.get(key)
  if (known !== undefined) return known
  const file = await fileOf(key)
  if (file === undefined) throw new Error('The picture is no longer in this browser. Choose it again.')
  const { id } = await upload(file, signal)
  uploaded.set(key, id)
  return id
}

/** Lets the next `uploadedId` send the picture again: the server has forgotten it. */
export const forgetUpload = (key: string): boolean => uploaded.delete(key)

async function upload(file: Blob, signal?: AbortSignal): Promise<Picture> {
  const response = await request('api/pictures', {
    method: 'POST',
    headers: { 'content-type': file.type.startsWith('image/') ? file.type : 'application/octet-stream' },
    body: file,
    signal: signal ?? null,
  })
  return (await response.json()) as Picture
}

/** Takes a picture: the server looks at it first, and where it refuses, all stays as it was. */
export async function takePicture(file: Blob, name: string): Promise<void> {
  uploading.value = true
  pictureProblem.value = ''
  try {
    const { id, width, height } = await upload(file)
    const key = newKey()
    await keepFile(key, file)
    uploaded.set(key, id)
    batch(() => {
      makingScene.value = false
      picture.value = { key, name, width, height }
      showFile(file)
    })
  } catch (error) {
    pictureProblem.value = error instanceof Error ? error.message : String(error)
  } finally {
    uploading.value = false
  }
}

/** Takes one of the server's example pictures. */
export async function takeExample(path: string, name: string): Promise<void> {
  uploading.value = true
  try {
    const response = await request(path)
    await takePicture(await response.blob(), name)
  } catch (error) {
    pictureProblem.value = error instanceof Error ? error.message : String(error)
    uploading.value = false
  }
}

/** Shows the picture of an earlier answer, or of before a reload. */
export async function showPicture(chosen: Chosen): Promise<void> {
  const file = await fileOf(chosen.key)
  if (file === undefined) {
    if (picture.value?.key === chosen.key) picture.value = null
    return
  }
  batch(() => {
    picture.value = chosen
    showFile(file)
  })
}

function showFile(file: Blob): void {
  if (pictureUrl.value !== undefined) URL.revokeObjectURL(pictureUrl.value)
  pictureUrl.value = URL.createObjectURL(file)
  view.value = WHOLE
}

/** The picture to ask about: the chosen one, or the scene as it is now. */
export async function pictureToAsk(): Promise<Chosen | undefined> {
  const drawings = atlas.value
  if (!makingScene.value || drawings === undefined) return picture.value ?? undefined
  const key = newKey()
  const asked = scene.value
  await keepFile(key, await paintScene(asked, drawings))
  askedScene.value = { key, scene: asked }
  return { key, name: 'scene', width: SCENE_SIDE, height: SCENE_SIDE, truth: trueThings(asked, drawings) }
}
