// One answer of an evaluation as a picture: what should have come and what came, drawn over the picture, with a sentence.
import { annotate, type AnnotateOptions } from '../plot/annotate.ts'
import type { Entity } from '../text/post-process.ts'
import { explainAnswer } from './explain-answer.ts'
import type { Judged } from './judge.ts'

/**
 * Draws an answer of `evaluate`: the right boxes and those that came over the picture; below it the question, the answer and
 * what is wrong with it, as `explainAnswer` says it.
 * @param options - as for `annotate`; the caption is the answer's
 * @returns an SVG document
 */
export function drawAnswer(judged: Judged, options: Omit<AnnotateOptions, 'caption'> = {}): Promise<string> {
  const { question, text, entities } = judged
  const { prompt, things, picture } = question
  const right = things.map(({ name, box }): Entity => [`right: ${name}`, [0, 0], [[...box]]])
  const came = entities.map(([name, , boxes]): Entity => [`came: ${name}`, [0, 0], boxes])
  const asked = prompt
    .replace(/<[^<>\n]*>/g, '')
    .trim()
    .replace(/:$/, '')
  const answered = text === '' ? '.' : `: "${text}"`
  return annotate(picture.path, [...right, ...came], {
    ...options,
    caption: `${asked}${answered} ${explainAnswer(judged)}`,
  })
}
