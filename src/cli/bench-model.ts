// One model of `kosmos2 bench`, in a process of its own, so that its memory is its alone. It answers the parent's
// messages, and ends when the parent is gone.
import type { RunSettings } from './model.ts'
import { library } from './library.ts'
import { samplePicture } from './sample-picture.ts'

/** What the parent asks. */
export type BenchRequest =
  | { readonly kind: 'open'; readonly folder: string; readonly settings: RunSettings }
  | { readonly kind: 'run'; readonly image: string | undefined; readonly tokens: number }
/** What it is answered. */
export type BenchReply =
  | { readonly kind: 'opened'; readonly milliseconds: number }
  | BenchRun
  | { readonly kind: 'failed'; readonly message: string }
export interface BenchRun {
  readonly kind: 'ran'
  /** From the picture to the first token, in milliseconds. */
  readonly firstToken: number
  /** Between one token and the next, in milliseconds. */
  readonly tokens: readonly number[]
  /** The most memory that the process has taken so far, in bytes. */
  readonly memory: number
}

const opened: { kosmos?: Awaited<ReturnType<typeof open>> } = {}

async function open(folder: string, settings: RunSettings) {
  const { Kosmos2 } = await library()
  return await Kosmos2.from_pretrained(folder, settings)
}

async function answer(request: BenchRequest): Promise<BenchReply> {
  const start = performance.now()
  if (request.kind === 'open') {
    opened.kosmos = await open(request.folder, request.settings)
    return { kind: 'opened', milliseconds: performance.now() - start }
  }
  const times: number[] = []
  await opened.kosmos!.caption(request.image ?? samplePicture(), {
    max_new_tokens: request.tokens,
    min_new_tokens: request.tokens,
    streamer: {
      put() {
        times.push(performance.now())
      },
      end() {},
    },
  })
  // The streamer is given the prompt first.
  const [, first, ...others] = times
  return {
    kind: 'ran',
    firstToken: first! - start,
    tokens: others.map((time, i) => time - (others[i - 1] ?? first!)),
    memory: process.resourceUsage().maxRSS * 1024,
  }
}

process.on('message', (request: BenchRequest) => {
  answer(request).then(
    (reply) => process.send!(reply),
    (error: unknown) =>
      process.send!({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  )
})
// The parent decides what Ctrl-C means, and ends this with the channel.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
