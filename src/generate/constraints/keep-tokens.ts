// What constraints do to scores: some tokens keep theirs, all others are ruled out.

/**
 * Rules out all tokens but some, in place.
 * @param ids - tokens that keep their scores
 * @param words - marks further ones with 1, by their id
 */
export function keepTokens(scores: Float32Array, ids: Iterable<number>, words?: Uint8Array): void {
  const kept = Array.from(ids, (id) => [id, scores[id]!] as const)
  for (let id = 0; id < scores.length; id++) if (words?.[id] !== 1) scores[id] = -Infinity
  for (const [id, score] of kept) scores[id] = score
}
