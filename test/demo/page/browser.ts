// A real browser before the real server with the embedded model, for the tests of the page.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { type Demo, type DemoOptions, startDemo } from '../../../src/demo/start-demo.ts'
import { Kosmos2 } from '../../../src/index.ts'
import { launch } from '../../../scripts/launch-browser.ts'

/** The build of the page, which is JavaScript as all of set-up is. */
export const { buildPage } = (await import(
  new URL('../../../scripts/setup/page.mjs', import.meta.url).href
)) as { readonly buildPage: (folder: string) => Promise<void> }

const folder = await mkdtemp(join(tmpdir(), 'kosmos2-page-'))
await buildPage(folder)
const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
const browser = await launch()
const demos: Demo[] = []
after(async () => {
  await browser.close()
  await Promise.all(demos.map((demo) => demo.close()))
  await kosmos.dispose()
  await rm(folder, { recursive: true })
})

/** Starts a server with the page as it is in the source. */
export async function serve(options: Partial<DemoOptions> = {}): Promise<Demo> {
  const demo = await startDemo({
    ...(options.model === undefined ? { kosmos } : {}),
    page: folder,
    examples: 'data/scenes',
    stickers: 'data/sprites',
    ...options,
  })
  demos.push(demo)
  return demo
}

/** Tokens of an answer that takes seconds. */
export const LONG = 1500

/** As `serve`, with a checkpoint whose configuration lets no answer end early: there is time to do something meanwhile. */
export async function serveLong(): Promise<Demo> {
  const model = join(folder, 'kosmos2-long')
  await cp('models/kosmos2-tiny', model, { recursive: true })
  const path = join(model, 'generation_config.json')
  const configuration = JSON.parse(await readFile(path, 'utf8')) as object
  await writeFile(path, JSON.stringify({ ...configuration, min_new_tokens: LONG - 1 }))
  return serve({ model, limits: { newTokens: LONG } })
}

/** A phone's window. */
export const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
} as const satisfies BrowserContextOptions

/** A page, and what it complained of. */
export interface Opened {
  readonly page: Page
  /** Uncaught errors, and violations of the content security policy. */
  readonly complaints: readonly string[]
}

/** Those that may still be used: a test looks at two at most. */
const inUse: Page[] = []

/** Opens the page in a tab of its own, with nothing kept from others. */
export async function open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  // All tabs here are in front, and a browser has six connections for a server.
  while (inUse.length > 1) await inUse.shift()!.goto('about:blank')
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  inUse.push(page)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && message.text().includes('Content Security Policy'))
      complaints.push(message.text())
  })
  await page.goto(url)
  return { page, complaints }
}

/** Takes an example picture, and waits until it is there. */
export async function takeExample(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Example ${name}` }).click()
  await page.getByRole('group', { name, exact: true }).waitFor()
}

/** Chooses a task by its label. */
export const chooseTask = (page: Page, label: string): Promise<void> =>
  page.getByRole('radio', { name: label, exact: true }).check()

/** Runs what the form says, and waits for the end of all answers. @returns their texts */
export async function run(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' })
  await page.locator('.answer[data-phase=done]').first().waitFor()
  return page.locator('.answer-text').allTextContents()
}
