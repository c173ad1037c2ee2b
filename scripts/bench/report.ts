// The benchmark's results as Markdown tables, which read well in a terminal too.
import { type CompiledModelResult, PUBLISHED_LENGTHS } from './compiled-model.ts'
import type { ConversionResult } from './conversion.ts'
import type { DecodingResult } from './decoding.ts'
import type { Latencies } from './latencies.ts'
import type { Overhead } from './overhead.ts'
import type { PreprocessingResult } from './preprocessing.ts'
import type { TrialResult } from './trials.ts'
import { format, type Spread, scaled, spread } from './statistics.ts'

export interface BenchResult {
  readonly machine: string
  readonly reference: string | null
  readonly preprocessing: PreprocessingResult
  readonly original: {
    readonly latencies: Latencies
    /** transformers, and this. */
    readonly besideReference: DecodingResult | null
  }
  readonly precisions: readonly PrecisionResult[]
}

export interface PrecisionResult {
  readonly weights: string
  /** Null where an earlier conversion was used. */
  readonly conversion: ConversionResult | null
  readonly compiled: CompiledModelResult
}

type Cell = string | null | undefined
const NONE = '-'

export function report(result: BenchResult): string {
  const { precisions, original, preprocessing } = result
  const columns = (of: (one: PrecisionResult) => Cell | undefined) => precisions.map(of)
  const compiled = (of: (one: CompiledModelResult) => Cell) => columns((one) => of(one.compiled))
  const names = precisions.map(({ weights }) => weights.toUpperCase())
  const decodings = precisions.map(({ compiled: { decoding } }) => decoding)
  const originalTokens = spread(decodings.flatMap(({ rounds }) => rounds.map(({ values }) => values[0]!)))
  const originalShares = decodings.map(({ rooflineShare }) => rooflineShare[0]!.median)
  const answers = precisions.map(({ compiled: { answer } }) => answer.originalMs.median)
  const latencyRows = (of: (latencies: Latencies) => string): Cell[] => [
    of(original.latencies),
    ...compiled(({ latencies }) => of(latencies)),
  ]
  return [
    result.machine,
    table(
      ['', 'original', ...names],
      [
        ['a token, ms', format(originalTokens), ...compiled(({ decoding }) => format(decoding.tokenMs[1]!))],
        [
          'share of the memory roofline',
          format(spread(originalShares), '', 2),
          ...compiled(({ decoding }) => format(decoding.rooflineShare[1]!, '', 2)),
        ],
        ['original / this', null, ...compiled(({ decoding }) => format(decoding.speedup[1]!, '', 2))],
        [
          'memory read in turn, GB/s',
          null,
          ...compiled(({ decoding }) => format(scaled(decoding.bandwidth, 1e-9))),
        ],
        [
          'picture to 64 tokens, s',
          format(scaled(spread(answers), 1e-3), '', 2),
          ...compiled(({ answer }) => format(scaled(answer.ms, 1e-3), '', 2)),
        ],
        ['  original / this', null, ...compiled(({ answer }) => format(answer.speedup, '', 2))],
        ['picture to first token, ms', ...latencyRows(({ firstTokenMs }) => format(firstTokenMs, '', 0))],
        ['  vision, ms', ...latencyRows(({ visionMs }) => format(visionMs, '', 0))],
        ['  projection, ms', ...latencyRows(({ projectionMs }) => format(projectionMs, '', 0))],
        ['  prefill of 71 tokens, ms', ...latencyRows(({ prefillMs }) => format(prefillMs, '', 0))],
        [
          'first-ever token: opening to first token, s',
          ...latencyRows(({ coldMs }) => (coldMs / 1000).toFixed(1)),
        ],
        [
          'opens in, s',
          seconds(original.latencies.openMs),
          ...compiled(
            ({ first, latencies }) => `${seconds(first.openMs)}, again ${seconds(latencies.openMs)}`,
          ),
        ],
        [
          'memory of its own, GB',
          gigabytes(original.latencies.anonymousBytes),
          ...compiled(
            ({ first, latencies }) =>
              `${gigabytes(first.anonymousBytes)}, again ${gigabytes(latencies.anonymousBytes)}`,
          ),
        ],
        [
          'accurate mode / fast mode',
          null,
          ...compiled(({ accurate }) => format(inverse(accurate.decoding.speedup[1]!), '', 2)),
        ],
        ...PUBLISHED_LENGTHS.flatMap((length, i) => [
          [
            `published shape after ${length} positions, ms a token`,
            null,
            ...compiled(({ published }) => published && format(published[i]!.tokenMs[0]!)),
          ],
          [
            '  published shape / this',
            null,
            ...compiled(({ published }) => published && format(published[i]!.speedup[1]!, '', 2)),
          ],
        ]),
        [
          `published shape in FP32 after ${PUBLISHED_LENGTHS[0]} positions / this`,
          null,
          ...compiled((one) => fromPublishedFloat32(one, precisions)),
        ],
        ['our code a token, ms', null, ...compiled(({ overhead }) => format(overhead.total, '', 2))],
        ...OVERHEAD_PARTS.map(([part, label]) => [
          `  ${label}`,
          null,
          ...compiled(({ overhead }) => format(overhead[part], '', 3)),
        ]),
      ],
    ),
    table(
      ['conversion', ...names],
      [
        ['takes, s', ...columns(({ conversion: c }) => c && seconds(c.ms))],
        [
          'may take, s: two copies, and compression at 300 MB/s a core',
          ...columns(({ conversion: c }) => c && seconds(c.allowedMs)),
        ],
        ['copying the checkpoint, s', ...columns(({ conversion: c }) => c && seconds(c.copyMs))],
        ['peak memory of its own, GB', ...columns(({ conversion: c }) => c && gigabytes(c.peakBytes))],
        ['GB written', ...columns(({ conversion: c }) => c && gigabytes(c.bytes))],
        [
          'compressing on one core, MB/s',
          ...columns(
            ({ conversion: c }) => c?.compressionRate && format(scaled(c.compressionRate, 1e-6), '', 0),
          ),
        ],
      ],
    ),
    table(
      ['a call of the binding', 'microseconds'],
      Object.entries(precisions.at(-1)!.compiled.bindingCalls).map(([name, cost]) => [
        name,
        format(cost, '', 2),
      ]),
    ),
    table(
      ['beside transformers', 'ours', 'transformers', 'ratio'],
      [
        [
          '640x480 PNG to pixel_values, ms (ours / transformers)',
          format(preprocessing.ms, '', 2),
          preprocessing.referenceMs && format(preprocessing.referenceMs, '', 2),
          preprocessing.ratio && format(preprocessing.ratio, '', 2),
        ],
        [
          'original engine, a token, ms (transformers / ours)',
          format(originalTokens),
          original.besideReference && format(original.besideReference.tokenMs[0]!),
          original.besideReference && format(original.besideReference.speedup[1]!, '', 2),
        ],
      ],
    ),
  ].join('\n\n')
}

export function reportTrials(machine: string, trials: readonly TrialResult[]): string {
  const rows = trials.map(({ name, tokenMs, tokenSpeedup, prefillMs, prefillSpeedup }) => [
    name,
    format(tokenMs),
    format(tokenSpeedup, '', 2),
    format(prefillMs, '', 0),
    format(prefillSpeedup, '', 2),
  ])
  const head = ['trial', 'a token, ms', 'own / this', 'prefill of 71 tokens, ms', 'own / this']
  return [machine, table(head, rows)].join('\n\n')
}

/** They did not run in turn, so both are set against the original engine. */
function fromPublishedFloat32(one: CompiledModelResult, all: readonly PrecisionResult[]): Cell {
  const float32 = all.find(({ weights }) => weights === 'fp32')?.compiled
  const published = float32?.published?.[0]?.speedup[1]!.median
  if (published === undefined) return null
  return ((published * one.decoding.speedup[1]!.median) / float32!.decoding.speedup[1]!.median).toFixed(2)
}

const OVERHEAD_PARTS: readonly (readonly [keyof Overhead, string])[] = [
  ['feeds', 'positions, mask, checks'],
  ['tensor', 'a tensor for the input that grows'],
  ['threads', 'to the other thread and back'],
  ['choice', 'choice of the token'],
]

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
const gigabytes = (bytes: number | null): string => (bytes === null ? NONE : (bytes / 1e9).toFixed(2))
const inverse = ({ median, min, max, count }: Spread): Spread => ({
  median: 1 / median,
  min: 1 / max,
  max: 1 / min,
  count,
})

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map((cell) => cell ?? NONE))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const text = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [text(lines[0]!), rule, ...lines.slice(1).map(text)].join('\n')
}
