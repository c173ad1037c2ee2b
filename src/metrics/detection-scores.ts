// Precision, recall and F1 of things that were named and boxed, over any number of answers.
import { isFound } from './box-overlap.ts'
import type { ThingMatches } from './match-things.ts'

export interface DetectionScores {
  /** Things that the answers name, those that are annotated, and those among both: named right, IoU >= 0.5. */
  readonly found: number
  readonly annotated: number
  readonly right: number
  /** right / found; NaN where nothing was found. */
  readonly precision: number
  /** right / annotated; NaN where nothing is annotated. */
  readonly recall: number
  /** 2 right / (found + annotated); NaN where both are 0. */
  readonly f1: number
  /** Of all matched pairs, those below 0.5 too; NaN without any. */
  readonly meanIou: number
}

/** @param answers - from `matchThings`, one an answer */
export function detectionScores(answers: readonly ThingMatches[]): DetectionScores {
  const sum = (count: (matches: ThingMatches) => number): number =>
    answers.reduce((all, one) => all + count(one), 0)
  const pairs = sum(({ matched }) => matched.length)
  const found = pairs + sum(({ unmatched }) => unmatched.length)
  const annotated = pairs + sum(({ missed }) => missed.length)
  const right = sum(({ matched }) => matched.filter(({ iou }) => isFound(iou)).length)
  return {
    found,
    annotated,
    right,
    precision: right / found,
    recall: right / annotated,
    f1: (2 * right) / (found + annotated),
    meanIou: sum(({ matched }) => matched.reduce((all, { iou }) => all + iou, 0)) / pairs,
  }
}
