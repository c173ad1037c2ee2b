// The largest of many scores, without sorting them all.
import { invalidRange } from '../errors.ts'
import { noTokenLeft } from './softmax.ts'

/**
 * Index of the largest score; of equal ones the first, as torch.argmax.
 * @throws {Error} if no score is larger than -Infinity, or one is NaN
 */
export function argmax(scores: Float32Array): number {
  let best = -1
  let highest = -Infinity
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    if (score > highest) {
      highest = score
      best = i
    } else if (Number.isNaN(score)) throw noTokenLeft()
  }
  if (best === -1) throw noTokenLeft()
  return best
}

/**
 * Indices of the k largest scores, the largest first. Equal scores come in the order of their indices; torch.topk leaves
 * that order open.
 * @param k - integer from 1 to the number of scores
 * @throws {RangeError} for any other k
 */
export function topK(scores: Float32Array, k: number): Int32Array {
  if (!Number.isInteger(k) || k < 1 || k > scores.length)
    throw invalidRange('k', `integer from 1 to ${scores.length}`, k)
  // The k best so far in a binary heap with the worst at its root: most scores are turned away by one comparison.
  const heap = Int32Array.from({ length: k }, (_, i) => i)
  for (let i = Math.floor(k / 2) - 1; i >= 0; i--) siftDown(heap, scores, i)
  for (let i = k; i < scores.length; i++) {
    if (scores[i]! > scores[heap[0]!]!) {
      heap[0] = i
      siftDown(heap, scores, 0)
    }
  }
  return heap.sort((a, b) => (isWorse(scores, b, a) ? -1 : 1))
}

function siftDown(heap: Int32Array, scores: Float32Array, start: number): void {
  const item = heap[start]!
  let hole = start
  for (;;) {
    let child = 2 * hole + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isWorse(scores, heap[child + 1]!, heap[child]!)) child++
    if (!isWorse(scores, heap[child]!, item)) break
    heap[hole] = heap[child]!
    hole = child
  }
  heap[hole] = item
}

function isWorse(scores: Float32Array, a: number, b: number): boolean {
  return scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b)
}
