// What our own code adds to a token: everything in a step that is not the call of OpenVINO's inference, and what the
// parts of it cost alone.
import { textFeeds } from '../../src/architecture/text-feeds.ts'
import type { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { argmax } from '../../src/generate/top-k.ts'
import { native } from '../../src/openvino/library.ts'
import { openVINO } from '../../src/openvino/openvino.ts'
import type { NativeFunction, NativeValue } from '../../src/openvino/signatures.ts'
import { int64 } from '../../src/tensor.ts'
import { type Spread, spread } from './statistics.ts'
import { PROMPT_TOKENS, type Workload } from './workload.ts'

/** Milliseconds a token. */
export interface Overhead {
  /** The step without the inference call, and the way to another thread and back. */
  readonly total: Spread
  /** From the thread of JavaScript to the one of the inference and back. */
  readonly threads: Spread
  /** Positions, mask and checks of a step. */
  readonly feeds: Spread
  /** The input that grows with every token as a tensor, and freed again; others are written over, outputs stay. */
  readonly tensor: Spread
  /** Choosing the largest of them. */
  readonly choice: Spread
}

const RUNS = 200

/** Of an engine in OpenVINO whose prompt has been run. */
export async function measureOverhead(
  { decode }: Pick<Workload, 'decode'>,
  config: Kosmos2Config,
  tokens: number,
): Promise<Overhead> {
  const threads = await threadHop()
  const inside = watchInference()
  const outside: number[] = []
  for (let i = 0; i < tokens; i++) {
    const [whole] = await decode(1)
    outside.push(whole! - inside.take() + threads.median)
  }
  inside.stop()

  const { text_config } = config
  const step = {
    input_ids: int64([5], [1, 1]),
    attention_mask: int64(new BigInt64Array(PROMPT_TOKENS + 1).fill(1n), [1, PROMPT_TOKENS + 1]),
    position_ids: int64([PROMPT_TOKENS + 2], [1, 1]),
    logitsToKeep: 1,
  }
  const { attention_bias } = textFeeds(step, text_config, PROMPT_TOKENS, -30_000)
  const scores = Float32Array.from({ length: text_config.vocab_size }, () => Math.random())
  const { ov } = openVINO()
  return {
    total: spread(outside),
    threads,
    feeds: repeated(() => textFeeds(step, text_config, PROMPT_TOKENS, -30_000)),
    tensor: repeated(() => {
      const { dims, data } = attention_bias
      new ov.Tensor('f32', [...(dims as number[])], data as Float32Array).dispose?.()
    }),
    choice: repeated(() => argmax(scores)),
  }
}

function repeated(work: () => unknown): Spread {
  const times: number[] = []
  for (let i = 0; i < 2 * RUNS; i++) {
    const start = performance.now()
    work()
    if (i >= RUNS) times.push(performance.now() - start)
  }
  return spread(times)
}

/** A call that does next to nothing, on another thread. */
async function threadHop(): Promise<Spread> {
  const version = new BigUint64Array(2)
  const call = native().ov_get_openvino_version
  const times: number[] = []
  for (let i = 0; i < 2 * RUNS; i++) {
    const start = performance.now()
    await new Promise((resolve) => {
      call.async(version, resolve)
    })
    if (i >= RUNS) times.push(performance.now() - start)
    native().ov_version_free(version)
  }
  return spread(times)
}

/** Takes the time of OpenVINO's inferences: from the call that starts one to the callback of the one that waits for it. */
function watchInference(): { take(): number; stop(): void } {
  const functions = native() as Record<
    'ov_infer_request_start_async' | 'ov_infer_request_wait',
    NativeFunction
  >
  const { ov_infer_request_start_async: start, ov_infer_request_wait: wait } = functions
  let started = 0
  let ms = 0
  functions.ov_infer_request_start_async = Object.assign(
    (...values: readonly NativeValue[]) => {
      started = performance.now()
      return start(...values)
    },
    {
      async: (...values: readonly unknown[]) => {
        start.async(...values)
      },
    },
  )
  functions.ov_infer_request_wait = Object.assign((...values: readonly NativeValue[]) => wait(...values), {
    async: (...values: readonly unknown[]) => {
      const done = values.at(-1) as (...results: readonly unknown[]) => void
      wait.async(...values.slice(0, -1), (...results: readonly unknown[]) => {
        ms += performance.now() - started
        done(...results)
      })
    },
  })
  return {
    take() {
      const taken = ms
      ms = 0
      return taken
    },
    stop() {
      functions.ov_infer_request_start_async = start
      functions.ov_infer_request_wait = wait
    },
  }
}
