// The picture while its caption is being generated: words as they come, and each box when its last corner is there.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import type { Streamer } from '../generate/streamer.ts'
import type { Decodes } from '../generate/text-streamer.ts'
import type { ImageInput } from '../image/image-input.ts'
import type { Entity } from '../text/post-process.ts'
import { annotator, type AnnotatorOptions } from './annotate.ts'

/** What is asked of a processor: text from ids, and entities from text. */
export interface ReadsEntities extends Decodes {
  post_process_generation(text: string): readonly [caption: string, entities: Entity[]]
}

/** Pictures are shown at most this often, in milliseconds: faster ones would only keep a notebook busy. */
const interval = 50

/**
 * A streamer for `generate` that shows the annotated picture anew while tokens come, and at the end as `annotate` draws
 * it. In a notebook:
 *
 *     const live = newDisplay()
 *     const streamer = await annotationStreamer(picture, processor, (svg) => live.svg(svg))
 *     await model.generate({ ...inputs, streamer })
 *
 * @param image - path, URL, bytes, data URL or sharp instance: the picture that the model is given
 * @param processor - the model's
 * @param show - takes each SVG, in place of the one before
 * @throws {TypeError | RangeError} if an argument or an option is not what it should be
 * @throws {ImageError} if the picture cannot be read
 */
export async function annotationStreamer(
  image: ImageInput,
  processor: ReadsEntities,
  show: (svg: string) => void,
  options: Omit<AnnotatorOptions, 'boxes'> = {},
): Promise<Streamer> {
  rejectUnknownOptions('annotationStreamer', options, ['width', 'theme', 'labels'])
  const reads = processor as Partial<ReadsEntities> | null | undefined
  if (typeof reads?.decode !== 'function' || typeof reads.post_process_generation !== 'function')
    throw invalidType('processor', 'a processor with decode and post_process_generation', processor)
  if (typeof show !== 'function') throw invalidType('show', 'a function (svg) => void', show)
  const annotate = await annotator(image, options)
  let ids: number[] = []
  let shownAt = -Infinity
  const showAll = (): void => {
    const text = processor.decode(ids, { skip_special_tokens: true })
    const [caption, entities] = processor.post_process_generation(text)
    show(annotate(entities, caption))
    shownAt = performance.now()
  }
  return {
    put(fresh) {
      ids.push(...fresh)
      if (performance.now() - shownAt >= interval) showAll()
    },
    end() {
      showAll()
      ids = []
      shownAt = -Infinity
    },
  }
}
