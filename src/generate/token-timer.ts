// Measures a generation while it runs: how long the first token takes, and how fast the others follow.
import { invalidType } from '../errors.ts'
import { median } from './median.ts'
import type { Streamer } from './streamer.ts'

/** How fast a generation is so far. */
export interface TokenTimes {
  /** New tokens so far. */
  readonly tokens: number
  /** Milliseconds from the making of the timer to the first new token: reading picture and prompt is in them. */
  readonly firstToken: number
  /** Milliseconds that the tokens after the first took, each: their median, which a pause of the machine leaves alone. */
  readonly eachToken: number
  /** Tokens a second at that pace. */
  readonly tokensPerSecond: number
}

/**
 * A streamer that takes the time of each token, from the moment when it is made. One generation each.
 *
 *     const timer = new TokenTimer(({ tokensPerSecond }) => show(tokensPerSecond))
 *     await model.generate({ ...inputs, streamer: timer })
 *     timer.times
 */
export class TokenTimer implements Streamer {
  readonly #onToken: (times: TokenTimes) => void
  readonly #now: () => number
  readonly #start: number
  readonly #came: number[] = []
  readonly #ids: number[] = []
  #isPrompt = true

  /**
   * @param onToken - called after each new token
   * @param now - the clock, in milliseconds
   * @throws {TypeError} if `onToken` is no function
   */
  constructor(onToken: (times: TokenTimes) => void = () => undefined, now = () => performance.now()) {
    if (typeof onToken !== 'function') throw invalidType('onToken', 'a function (times) => void', onToken)
    this.#onToken = onToken
    this.#now = now
    this.#start = now()
  }

  put(ids: readonly number[]): void {
    const isPrompt = this.#isPrompt
    this.#isPrompt = false
    if (isPrompt) return
    this.#came.push(this.#now())
    this.#ids.push(...ids)
    this.#onToken(this.times)
  }

  end(): void {}

  /** The new tokens. */
  get ids(): readonly number[] {
    return [...this.#ids]
  }

  /** Milliseconds that each new token took: the first from the making of the timer, the others from the one before. */
  get steps(): readonly number[] {
    return this.#came.map((time, i) => time - (this.#came[i - 1] ?? this.#start))
  }

  /** So far; what needs more tokens than came is NaN. */
  get times(): TokenTimes {
    const [firstToken = NaN, ...others] = this.steps
    const eachToken = median(others)
    return { tokens: this.#came.length, firstToken, eachToken, tokensPerSecond: 1000 / eachToken }
  }
}
