// The likeliest boxes for a phrase, with their probabilities: where else it might be.
import { invalidRange, rejectUnknownOptions } from '../errors.ts'
import { patchVocabulary } from '../generate/boxes/patch-vocabulary.ts'
import { groundingGrammar } from '../generate/constraints/grounding-grammar.ts'
import type { ImageInput } from '../image/image-input.ts'
import { loadRgb } from '../image/load-image.ts'
import { type Box, boxIou } from '../text/box-iou.ts'
import { boxInPixels, patch_index_to_coordinate } from '../text/boxes.ts'
import { groundPhrase } from '../text/prompts.ts'
import { manyRows } from '../text/token-ids.ts'
import type { Asks } from './answer.ts'

export interface RankBoxesOptions {
  /** How many boxes at most, integer from 1. @default 5 */
  readonly count?: number | undefined
  /**
   * Boxes that overlap a likelier one by more than this count as the same place: intersection over union, 0 to 1; with 1
   * each pair of cells is a box of its own. @default 0.5
   */
  readonly maxOverlap?: number | undefined
  /** How many pairs of corners are kept in the search, integer from 2; memory grows with it. @default 16 */
  readonly width?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A box that a phrase might mean. */
export interface RankedBox {
  /** Of the likeliest pair of corners: x1, y1, x2, y2 as fractions of the picture. */
  readonly fractions: Box
  readonly pixels: Box
  readonly patches: readonly [upperLeft: number, lowerRight: number]
  /** The mean of all pairs that were found for this place, each as heavy as it is likely; fractions of the picture. */
  readonly mean: Box
  /** How likely the phrase's first box is one of these pairs, 0 to 1. */
  readonly probability: number
}

/**
 * The boxes that the model holds likeliest as the first one of a phrase, found by a beam search over pairs of corners.
 * What is likely but was not among the `width` best pairs is in no probability, so that these add up to less than 1.
 * @returns at least one, the likeliest first
 * @throws {RangeError} for options out of range
 */
export async function rankBoxes(
  { processor, model }: Asks,
  image: ImageInput,
  phrase: string,
  options: RankBoxesOptions = {},
): Promise<RankedBox[]> {
  rejectUnknownOptions('rankBoxes', options, ['count', 'maxOverlap', 'width', 'signal'])
  const { count = 5, maxOverlap = 0.5, width = 16, signal } = options
  if (!Number.isSafeInteger(count) || count < 1) throw invalidRange('count', 'integer from 1', count)
  if (!(maxOverlap >= 0 && maxOverlap <= 1))
    throw invalidRange('maxOverlap', 'a number from 0 to 1', maxOverlap)
  if (!Number.isSafeInteger(width) || width < 2) throw invalidRange('width', 'integer from 2', width)
  const picture = await loadRgb(image, { signal })
  const inputs = await processor.call({
    text: `${groundPhrase(phrase)}<object>`,
    images: picture,
    num_image_tokens: model.config.latent_query_num,
    ...(signal && { signal }),
  })
  // Without a limit: two tokens are a box, and the tag behind it is not waited for.
  const grammar = groundingGrammar(processor, inputs)
  const { sequences, sequences_scores } = await model.generate({
    ...inputs,
    max_new_tokens: 2,
    min_new_tokens: 2,
    num_beams: width,
    num_return_sequences: width,
    // Whatever a checkpoint's settings say: the model's own likelihoods are asked for.
    do_sample: false,
    repetition_penalty: 1,
    no_repeat_ngram_size: 0,
    // The sum of the logarithms, not their mean.
    length_penalty: 0,
    logits_processor: [grammar],
    return_dict_in_generate: true,
    output_scores: true,
    signal,
  })
  const vocabulary = patchVocabulary(processor)
  const pairs = manyRows('sequences', sequences).map((ids, row) => {
    const [upperLeft, lowerRight] = ids.slice(-2).map((id) => vocabulary.indexOf.get(id)!) as [number, number]
    return {
      patches: [upperLeft, lowerRight] as const,
      fractions: patch_index_to_coordinate(upperLeft, lowerRight, vocabulary.side),
      probability: Math.exp((sequences_scores!.data as Float32Array)[row]!),
    }
  })
  return places(pairs, maxOverlap)
    .map((own) => {
      const [best] = own as [Pair]
      const probability = own.reduce((sum, pair) => sum + pair.probability, 0)
      const mean = best.fractions.map(
        (_, side) =>
          own.reduce((sum, pair) => sum + pair.probability * pair.fractions[side]!, 0) / probability,
      ) as unknown as Box
      const pixels = boxInPixels(best.fractions, picture)
      return { fractions: best.fractions, pixels, patches: best.patches, mean, probability }
    })
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count)
}

interface Pair {
  readonly patches: readonly [number, number]
  readonly fractions: Box
  readonly probability: number
}

/** Pairs by the place that they stand for, the likeliest of each first. */
function places(pairs: readonly Pair[], maxOverlap: number): Pair[][] {
  const found: Pair[][] = []
  for (const pair of pairs.toSorted((a, b) => b.probability - a.probability)) {
    const place = found.find(([best]) => boxIou(best!.fractions, pair.fractions) > maxOverlap)
    if (place === undefined) found.push([pair])
    else place.push(pair)
  }
  return found
}
