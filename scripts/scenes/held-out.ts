// Held-out scenes as files: a picture each, their boxes in COCO's form, and what they are asked with the right answers.
import sharp from 'sharp'
import { drawScene } from './draw.ts'
import { randomOf } from './random.ts'
import { rounded } from './record.ts'
import { leftToRight } from './relations.ts'
import { createScene, type Scene, type Thing } from './scene.ts'
import type { SeedRange } from './seeds.ts'
import type { Sprites } from './sprites.ts'
import { heldOutSegments } from './texts/held-out-mix.ts'
import { type QuestionKind, type Task, viewOf } from './texts/segment.ts'
import { KINDS } from './things.ts'

/** annotations.json: COCO's object detection format (cocodataset.org, "Data format"). */
export interface Annotations {
  readonly info: { readonly description: string }
  readonly images: readonly {
    readonly id: number
    readonly file_name: string
    readonly width: number
    readonly height: number
  }[]
  readonly annotations: readonly {
    readonly id: number
    readonly image_id: number
    readonly category_id: number
    /** Left, top, width and height in pixels, not rounded to whole ones. */
    readonly bbox: readonly [x: number, y: number, width: number, height: number]
    readonly area: number
    readonly iscrowd: 0
    /** The style of the drawing, the icon in it, and its colour if it has one. */
    readonly style: string
    readonly drawing: string
    readonly color?: string
  }[]
  readonly categories: readonly {
    readonly id: number
    readonly name: string
    readonly supercategory: string
  }[]
}

/** An entry of questions.json. */
export interface HeldOutQuestion {
  readonly image_id: number
  readonly task: Task
  /** Of a question. */
  readonly kind?: QuestionKind
  /** Complete, tags included; of `naming` with the box as the model reads it. */
  readonly prompt: string
  /** What should be written after the prompt, tags included. */
  readonly answer: string
  /** The things whose boxes the answer holds, one for each box. */
  readonly annotation_ids: readonly number[]
  /** Their exact boxes: left, top, right and bottom as fractions of the picture. */
  readonly boxes: readonly (readonly number[])[]
  /** The things that prompt and answer are about. */
  readonly about: readonly number[]
}

/** A set of held-out scenes. */
export interface HeldOut {
  readonly scenes: readonly Scene[]
  readonly annotations: Annotations
  readonly questions: readonly HeldOutQuestion[]
}

/** The file of a scene's picture. */
export const fileName = (seed: number): string => `${String(seed).padStart(3, '0')}.webp`

/** Makes a set from its seeds, without the pictures. */
export function createHeldOut({ first, count }: SeedRange, sprites: Sprites, description: string): HeldOut {
  const scenes = Array.from({ length: count }, (_, i) => createScene(first + i, sprites))
  const ids = new Map<Thing, number>()
  for (const scene of scenes) for (const thing of leftToRight(scene.things)) ids.set(thing, ids.size + 1)
  const categories = KINDS.map(({ name, category = 'thing' }, i) => ({
    id: i + 1,
    name,
    supercategory: category,
  }))
  const categoryIds = new Map(categories.map(({ name, id }) => [name, id]))
  return {
    scenes,
    annotations: {
      info: { description },
      images: scenes.map(({ seed, width, height }) => ({
        id: seed,
        file_name: fileName(seed),
        width,
        height,
      })),
      annotations: scenes.flatMap((scene) =>
        leftToRight(scene.things).map((thing) =>
          annotationOf(thing, scene, ids.get(thing)!, categoryIds.get(thing.name)!),
        ),
      ),
      categories,
    },
    questions: scenes.flatMap((scene) => questionsOf(scene, ids)),
  }
}

function annotationOf(
  { box: [x1, y1, x2, y2], style, drawing, colour }: Thing,
  { seed, width, height }: Scene,
  id: number,
  category: number,
): Annotations['annotations'][number] {
  const bbox = [x1 * width, y1 * height, (x2 - x1) * width, (y2 - y1) * height].map(rounded)
  return {
    id,
    image_id: seed,
    category_id: category,
    bbox: bbox as [number, number, number, number],
    area: rounded(bbox[2]! * bbox[3]!),
    iscrowd: 0,
    style,
    drawing,
    ...(colour === undefined ? {} : { color: colour }),
  }
}

function questionsOf(scene: Scene, ids: ReadonlyMap<Thing, number>): HeldOutQuestion[] {
  const segments = heldOutSegments(viewOf(scene), randomOf(scene.seed, 6))
  return segments.map(({ task, kind, prompt, answer, boxes, about }) => ({
    image_id: scene.seed,
    task,
    ...(kind === undefined ? {} : { kind }),
    prompt,
    answer,
    annotation_ids: boxes.map((thing) => ids.get(thing)!),
    boxes: boxes.map(({ box }) => box.map(rounded)),
    about: about.map((thing) => ids.get(thing)!),
  }))
}

/** A scene's picture as the bytes of a file, without loss. */
export const pictureFile = (scene: Scene, sprites: Sprites): Promise<Buffer> =>
  sharp(drawScene(scene, sprites), { raw: { width: scene.width, height: scene.height, channels: 3 } })
    .webp({ lossless: true, effort: 6 })
    .toBuffer()

/** JSON with one entry of each list a line: short to read, and small when it changes. */
export function linesOf(value: object): string {
  const fields = Object.entries(value).map(([key, entry]: [string, unknown]) => {
    if (!Array.isArray(entry)) return `${JSON.stringify(key)}: ${JSON.stringify(entry)}`
    return `${JSON.stringify(key)}: [\n${entry.map((item) => JSON.stringify(item)).join(',\n')}\n]`
  })
  return `{\n${fields.join(',\n')}\n}\n`
}
