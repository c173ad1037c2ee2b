// Measures the demo as people meet it: `node scripts/bench/demo.ts [MODEL]`. The server is a process of its own; the page is
// in a real browser; then fifty clients ask at once. Prints a table.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launch } from '../launch-browser.ts'
import { anonymousBytes, watchPeak } from './process-memory.ts'
import { format, spread } from './statistics.ts'

const ROUNDS = 12
const CLIENTS = 50
/** A frame at 60 a second, in milliseconds. */
const FRAME = 1000 / 60

const model = process.argv[2] ?? 'models/kosmos2-tiny'
const server = spawn(
  process.execPath,
  ['src/cli/main.ts', 'demo', '--model', model, '--examples', 'data/scenes', '--no-open'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const address = await new Promise<URL>((resolve, reject) => {
  server.once('exit', () => {
    reject(new Error(`The demo of ${model} ended; what it said is above`))
  })
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    resolve(new URL(text.trim()))
  })
})
const browser = await launch()
try {
  const rows = {
    ...(await measurePage(browser)),
    ...(await measureLoad()),
  }
  console.log(`${basename(model)}: medians of ${ROUNDS}, and ranges`)
  console.table(rows)
} finally {
  await browser.close()
  server.kill('SIGINT')
}

async function measurePage(browser: Browser): Promise<Record<string, string>> {
  const [paints, firsts, longest]: [number[], number[], number[]] = [[], [], []]
  const [late, lateAtRest]: [number[], number[]] = [[], []]
  const shareLate = (frames: readonly number[]): number =>
    frames.filter((frame) => frame > 1.5 * FRAME).length / frames.length
  for (let round = 0; round < ROUNDS; round++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
    const page = await context.newPage()
    await page.goto(address.href)
    await page.getByRole('button', { name: 'Example night' }).click()
    await page.getByRole('group', { name: 'night', exact: true }).waitFor()
    paints.push(
      await page.evaluate<number>('performance.getEntriesByName("first-contentful-paint")[0].startTime'),
    )
    lateAtRest.push(shareLate(await measureRest(page)))
    const { first, frames } = await measureRun(page)
    firsts.push(first)
    longest.push(Math.max(...frames))
    late.push(shareLate(frames))
    // Its connection for events is one of the six that a browser has for a server.
    await page.goto('about:blank')
  }
  return {
    'first paint, ms': summary(paints),
    'from Run to the first words on the page, ms': summary(firsts),
    'longest frame while words stream, ms': summary(longest),
    'frames that came late, %': summary(late.map((share) => 100 * share)),
    'the same while nothing happens, %': summary(lateAtRest.map((share) => 100 * share)),
  }
}

/** How long each frame is while nothing happens: what browser and machine miss by themselves. */
async function measureRest(page: Page): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const frames = []
    let last
    const frame = (now) => {
      if (last !== undefined) frames.push(now - last)
      last = now
      if (frames.length < 60) requestAnimationFrame(frame)
      else resolve(frames)
    }
    requestAnimationFrame(frame)
  })`)
}

/** Presses Run; when the first words stood there, and how long each frame was until the end. */
async function measureRun(page: Page): Promise<{ first: number; frames: number[] }> {
  return page.evaluate(`(async () => {
    const run = [...document.querySelectorAll('button')].find((button) => button.textContent === 'Run')
    const frames = []
    let first, last = performance.now(), done = false
    const start = last
    const frame = (now) => {
      frames.push(now - last)
      last = now
      if (!done) requestAnimationFrame(frame)
    }
    const isDone = () => document.querySelector('.answer[data-phase=done]') !== null
    const watched = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        if (first === undefined && document.querySelector('.answer-text')?.textContent)
          first = performance.now() - start
        if (isDone()) {
          observer.disconnect()
          resolve()
        }
      }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
    })
    run.click()
    requestAnimationFrame((now) => {
      last = now
      requestAnimationFrame(frame)
    })
    await watched
    done = true
    return { first, frames }
  })()`)
}

/** Many clients at once, and meanwhile somebody who asks whether the server is well. */
async function measureLoad(): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${address.searchParams.get('token')}` }
  const picture = (await (
    await fetch(new URL('api/pictures', address), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'image/png' },
      body: await readFile('data/scenes/night.png'),
    })
  ).json()) as { id: string }
  const body = JSON.stringify({ picture: picture.id, task: 'caption' })
  const before = await anonymousBytes(server.pid)
  const endWatch = watchPeak(server.pid!)
  const start = performance.now()
  const over = new AbortController()
  const answers = Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const response = await fetch(new URL('api/answers', address), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'x-client': `client-${index}` },
        body,
      })
      return (await response.text()).includes('event: answer')
    }),
  ).finally(() => {
    over.abort()
  })
  const healths: number[] = []
  while (!over.signal.aborted) {
    const asked = performance.now()
    await (await fetch(new URL('api/health', address))).text()
    healths.push(performance.now() - asked)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const most = endWatch()
  const answered = (await answers).filter(Boolean).length
  const seconds = (performance.now() - start) / 1000
  const sorted = healths.sort((a, b) => a - b)
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1)
  return {
    [`${CLIENTS} clients at once: answered, seconds`]: `${answered}, ${seconds.toFixed(1)}`,
    'health meanwhile, ms: median, 99 %, longest': `${at(0.5)}, ${at(0.99)}, ${at(1)} (${sorted.length})`,
    'memory, MB: before, most': `${megabytes(before)}, ${megabytes(most)}`,
  }
}

function summary(values: readonly number[]): string {
  return format(spread(values))
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'not told here' : (bytes / 1e6).toFixed(0)
}
