// Beam search as GenerationMixin._beam_search in transformers' generation/utils.py, with its rules of when a text counts
// as finished and when the search ends, and its rounding: scores are float32 after every operation.
import { createGumbelNoise } from './gumbel-noise.ts'
import { createLogitsProcessors } from './logits-processors.ts'
import type { ResolvedOptions } from './options.ts'
import type { Prompt } from './prompt.ts'
import type { Found } from './sample.ts'
import { logSoftmax, noTokenLeft } from './softmax.ts'
import type { LogitRows, Stepper } from './stepper.ts'
import { topK } from './top-k.ts'

/** What a beam search found: num_return_sequences rows a prompt, the best first. */
export interface FoundBeams extends Found {
  /** The final score of each row: its log-probability over length ** length_penalty. */
  readonly sequences_scores: Float32Array
  /** For each new token of each row, the index of the beam (prompt * num_beams + beam) that it continued. */
  readonly beam_indices: readonly (readonly number[])[]
}

interface Hypothesis {
  /** Prompt and continuation. */
  readonly ids: readonly number[]
  readonly beam_indices: readonly number[]
  /** Sum of log-probabilities while running; divided by the length penalty once finished. */
  readonly score: number
  readonly isFinished: boolean
}

/** The search of one prompt. */
interface Search {
  /** num_beams hypotheses that go on, the best first. */
  readonly running: readonly Hypothesis[]
  /** The num_beams best finished ones so far, the best first; places not yet taken hold an unfinished one. */
  readonly finished: readonly Hypothesis[]
  /** Whether a running one may still become better than the worst finished one. Once false, it stays so. */
  readonly canImprove: boolean
  /** Whether every candidate of the last step ended, so that nothing is left to go on with. */
  readonly isExhausted: boolean
}

/** A running hypothesis and one more token. */
interface Candidate {
  readonly beam: number
  readonly token: number
  readonly score: number
  readonly ends: boolean
}

type Choose = (scores: Float32Array, count: number) => Int32Array

// Added to the score of what must not be chosen. The sums are as in the reference, where -1e9 swallows any real score.
const BARRED = -1e9

/**
 * Searches the best continuations of each prompt with num_beams beams; draws them instead when sampling.
 * The prompt itself runs once, not once a beam.
 * @param maxLength - tokens of prompt and continuation together
 */
export async function beamSearch(
  stepper: Stepper,
  prompt: Prompt,
  options: ResolvedOptions,
  maxLength: number,
): Promise<FoundBeams> {
  const { num_beams, num_return_sequences } = options
  const processors = createLogitsProcessors(options, prompt.length)
  const choose = options.sampling === null ? topK : drawWithoutReplacement(options.sampling.seed)
  const scores: Float32Array[][] = []
  let searches = prompt.rows.map((ids) => startSearch(ids, num_beams))
  let logits = await stepper.prefill()
  for (;;) {
    const logProbabilities = processedLogProbabilities(logits, searches, processors)
    if (options.output_scores) scores.push(logProbabilities)
    searches = searches.map((search, item) => {
      const rows = logProbabilities.slice(item * num_beams, (item + 1) * num_beams)
      return advance(search, rows, { item, options, choose, promptLength: prompt.length, maxLength })
    })
    if (isOver(searches, options)) break
    const running = searches.flatMap((search) => search.running)
    const isFirst = logits.length < running.length
    const parents = running.map(({ beam_indices }) => {
      const beam = beam_indices.at(-1)!
      return isFirst ? Math.floor(beam / num_beams) : beam
    })
    logits = await stepper.step(
      running.map(({ ids }) => ids.at(-1)!),
      parents,
    )
  }
  const best = searches.flatMap((search) => search.finished.slice(0, num_return_sequences))
  return {
    rows: best.map(({ ids }) => ids),
    scores,
    sequences_scores: Float32Array.from(best, ({ score }) => score),
    beam_indices: best.map(({ beam_indices }) => beam_indices),
  }
}

function startSearch(ids: readonly number[], num_beams: number): Search {
  const beams = (score: (beam: number) => number): Hypothesis[] =>
    Array.from({ length: num_beams }, (_, beam) => ({
      ids,
      beam_indices: [],
      score: score(beam),
      isFinished: false,
    }))
  return {
    // All beams begin alike: barring all but the first keeps the first step from choosing each token num_beams times.
    running: beams((beam) => (beam === 0 ? 0 : BARRED)),
    finished: beams(() => BARRED),
    canImprove: true,
    isExhausted: false,
  }
}

/** One row for each running hypothesis. After the prompt those of one item share a row of logits, so also the result. */
function processedLogProbabilities(
  logits: LogitRows,
  searches: readonly Search[],
  processors: ReturnType<typeof createLogitsProcessors>,
): Float32Array[] {
  const running = searches.flatMap((search) => search.running)
  const shared = running.length / logits.length
  const processed = logits.map((row, i) => {
    const result = new Float32Array(row.length)
    logSoftmax(row, result)
    for (const process of processors) process(running[i * shared]!.ids, result)
    return result
  })
  return running.map((_, i) => processed[Math.floor(i / shared)]!)
}

interface StepContext {
  /** Number of the prompt in the batch. */
  readonly item: number
  readonly options: ResolvedOptions
  readonly choose: Choose
  readonly promptLength: number
  readonly maxLength: number
}

/** One step of one prompt's search. @param rows - log-probabilities, one [vocab_size] a running hypothesis */
function advance(search: Search, rows: readonly Float32Array[], context: StepContext): Search {
  const { num_beams, early_stopping, length_penalty } = context.options
  const { promptLength, maxLength } = context
  const length = search.running[0]!.ids.length + 1
  const candidates = chooseCandidates(search, rows, length >= maxLength, context)

  function extend({ beam, token }: Candidate, score: number, isFinished: boolean): Hypothesis {
    const { ids, beam_indices } = search.running[beam]!
    return {
      ids: [...ids, token],
      beam_indices: [...beam_indices, context.item * num_beams + beam],
      score,
      isFinished,
    }
  }

  const running = largest(
    candidates.map((candidate) => ({
      candidate,
      score: candidate.ends ? add(candidate.score, BARRED) : candidate.score,
    })),
    num_beams,
  ).map(({ candidate, score }) => extend(candidate, score, false))

  const isFull = search.finished.every(({ isFinished }) => isFinished)
  const penalty = lengthPenalty(length - promptLength, length_penalty)
  const ending = candidates.map((candidate, rank) => {
    // Candidates beyond the first num_beams are only there to go on with, should better ones end.
    const isFinished = candidate.ends && rank < num_beams
    let score = Math.fround(candidate.score / penalty)
    if (isFull && early_stopping === true) score = add(score, BARRED)
    if (!search.canImprove) score = add(score, BARRED)
    if (!isFinished) score = add(score, BARRED)
    return { score, isFinished, hypothesis: () => extend(candidate, score, isFinished) }
  })
  const places = search.finished.map((hypothesis) => ({ ...hypothesis, hypothesis: () => hypothesis }))
  const finished = largest([...places, ...ending], num_beams).map(({ hypothesis }) => hypothesis())

  // The length at which the best running one is imagined to end.
  const finalLength = early_stopping === 'never' && length_penalty > 0 ? maxLength : length
  const bestPossible = Math.fround(
    running[0]!.score / lengthPenalty(finalLength - promptLength, length_penalty),
  )
  const worst = Math.min(...finished.map(({ score }) => score))
  const isBeaten = finished.some(({ isFinished }) => bestPossible > (isFinished ? worst : BARRED))
  return {
    running,
    finished,
    canImprove: search.canImprove && isBeaten,
    isExhausted: candidates.every(({ ends }) => ends),
  }
}

/**
 * The best continuations by one token over all running hypotheses: enough that num_beams can go on even if every
 * end token of every beam is among them.
 */
function chooseCandidates(
  { running, finished }: Search,
  rows: readonly Float32Array[],
  isLast: boolean,
  { options, choose }: StepContext,
): Candidate[] {
  const { num_beams, eos_token_id } = options
  const vocabulary = rows[0]!.length
  const sums = new Float32Array(num_beams * vocabulary)
  rows.forEach((row, beam) => {
    const { score } = running[beam]!
    const offset = beam * vocabulary
    for (let token = 0; token < vocabulary; token++) sums[offset + token] = row[token]! + score
  })
  const count = Math.max(2, 1 + eos_token_id.length) * num_beams
  const chosen = choose(sums, count)
  // Where texts are finished, those are the answer.
  if (sums[chosen[0]!] === -Infinity && !finished.some(({ isFinished }) => isFinished)) throw noTokenLeft()
  return Array.from(chosen, (index) => {
    const token = index % vocabulary
    return {
      beam: Math.floor(index / vocabulary),
      token,
      score: sums[index]!,
      ends: isLast || eos_token_id.includes(token),
    }
  })
}

function isOver(searches: readonly Search[], { early_stopping }: ResolvedOptions): boolean {
  const allFinished = searches.every(({ finished }) => finished.every(({ isFinished }) => isFinished))
  return (
    !searches.some(({ canImprove }) => canImprove) ||
    (allFinished && early_stopping === true) ||
    searches.every(({ isExhausted }) => isExhausted)
  )
}

function drawWithoutReplacement(seed: number | undefined): Choose {
  const addNoise = createGumbelNoise(seed)
  return (scores, count) => topK(addNoise(scores), count)
}

// Of equal scores the earlier comes first, as the sort is stable.
function largest<Item extends { readonly score: number }>(items: readonly Item[], count: number): Item[] {
  return items.toSorted((a, b) => b.score - a.score).slice(0, count)
}

function lengthPenalty(length: number, exponent: number): number {
  return Math.fround(length ** exponent)
}

function add(a: number, b: number): number {
  return Math.fround(a + b)
}
