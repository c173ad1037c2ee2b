// Whether a phrase was found, by the protocols that results on Flickr30k Entities and RefCOCO are published with.
import { invalidRange } from '../errors.ts'
import type { Box } from '../text/box-iou.ts'
import { boxOverlap } from './box-overlap.ts'

/**
 * What a phrase with several annotated boxes asks for. `any-box`: one of them. `merged-boxes`: the smallest box around
 * all. KOSMOS-2 is reported by `any-box` (microsoft/unilm, kosmos-2/evaluation/flickr_entities); both are described by
 * MDETR (Kamath et al., 2021).
 */
export type PhraseProtocol = 'any-box' | 'merged-boxes'

/** The boxes that a protocol holds an answer against. @param boxes - at least one */
export function protocolBoxes(boxes: readonly Box[], protocol: PhraseProtocol): readonly Box[] {
  return protocol === 'any-box' ? boxes : [mergedBox(boxes)]
}

/** The smallest box around several. @throws {RangeError} for none */
export function mergedBox(boxes: readonly Box[]): Box {
  if (boxes.length === 0) throw invalidRange('boxes', 'at least one', boxes)
  const all = (corner: 0 | 1 | 2 | 3): number[] => boxes.map((box) => box[corner])
  return [Math.min(...all(0)), Math.min(...all(1)), Math.max(...all(2)), Math.max(...all(3))]
}

/**
 * The largest overlap of one of the first `top` boxes of an answer with an annotated one; 0 where the answer has no box.
 * The phrase is recalled at `top` (R@1, R@5, R@10) where this is 0.5 or more; an answer with fewer boxes is taken with
 * those that it has.
 * @param written - in the order of the answer
 * @param annotated - at least one, in the same unit
 */
export function bestOverlap(
  written: readonly Box[],
  annotated: readonly Box[],
  protocol: PhraseProtocol = 'any-box',
  top = 1,
): number {
  const targets = protocolBoxes(annotated, protocol)
  return Math.max(0, ...written.slice(0, top).flatMap((one) => targets.map((box) => boxOverlap(one, box))))
}
