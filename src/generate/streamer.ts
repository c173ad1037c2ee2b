// What receives tokens while they are generated.

/**
 * Receives the token ids of a generation as they come (the interface of transformers' BaseStreamer): `put` once with
 * the whole prompt, then once a new token, at last `end`. Generation waits for a promise that either returns, so a slow
 * reader slows the generation instead of filling memory. One sequence only: no batch, no beams.
 */
export interface Streamer {
  /** @param ids - all tokens of the prompt the first time, then one new token a call */
  put(ids: readonly number[]): void | Promise<void>
  /** Called once when no more tokens come: all done, aborted, or failed. */
  end(): void | Promise<void>
}
