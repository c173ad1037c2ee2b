// The text model's sinusoidal positions, computed row by row as they are asked for: they are no weights, and so have
// no largest position. Mirrors Kosmos2TextSinusoidalPositionalEmbedding in transformers' modeling_kosmos2.py.

/**
 * Rows of the sinusoidal table: first the sines, then the cosines, of position / 10000^(i / (D/2 - 1)).
 * The row of the padding position is zero.
 * @param positions - place of each token in the table, any number >= 0
 * @param width - D, embed_dim; of an odd width the last column is zero
 * @param padding - the position of padding (pad_token_id)
 * @returns [positions.length, D], row-major
 */
export function positionEmbeddings(
  positions: ArrayLike<bigint>,
  width: number,
  padding: number,
): Float32Array {
  const half = Math.floor(width / 2)
  const frequencies = sinusoidFrequencies(half)
  const rows = new Float32Array(positions.length * width)
  for (let p = 0; p < positions.length; p++) {
    const position = Number(positions[p])
    if (position === padding) continue
    for (let i = 0; i < half; i++) {
      // The reference multiplies in float32 before it takes sine and cosine; so must we to land on its angles.
      const angle = Math.fround(position * frequencies[i]!)
      rows[p * width + i] = Math.sin(angle)
      rows[p * width + half + i] = Math.cos(angle)
    }
  }
  return rows
}

/** Kept, as a token needs but one row, and they would cost more than it. */
let kept = new Float32Array(0)

function sinusoidFrequencies(half: number): Float32Array {
  const step = Math.fround(-(Math.log(10000) / (half - 1)))
  if (kept.length !== half)
    kept = Float32Array.from({ length: half }, (_, i) => Math.exp(Math.fround(i * step)))
  return kept
}
