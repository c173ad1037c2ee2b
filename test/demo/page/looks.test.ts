// How the page looks and reads, in a real browser: accessible by axe's rules in light and dark, usable on a phone, small.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { AxeResults } from 'axe-core'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { buildPage, open, PHONE, run, serve, takeExample } from './browser.ts'

const demo = await serve()
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

/** What axe finds serious or critical. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
    )
}

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing serious, empty, answered or making a scene, in ${colorScheme}`, async () => {
    const { page, complaints } = await open(demo.url, { colorScheme })
    await page.getByRole('button', { name: 'Example three' }).locator('img').waitFor()
    assert.deepEqual(await findings(page), [])
    await takeExample(page, 'three')
    await page.getByText('Settings').click()
    await page.getByRole('button', { name: 'Add box' }).click()
    await run(page)
    await page.getByRole('row').nth(1).getByRole('button').click()
    assert.deepEqual(await findings(page), [])
    await page.getByRole('button', { name: 'Scene maker' }).click()
    await page.getByRole('button', { name: /^Place an owl/ }).click()
    assert.deepEqual(await findings(page), [])
    assert.deepEqual(complaints, [])
  })

test('on a phone everything is in one column, nothing is wider than the screen, and targets are 44 px high', async () => {
  const { page } = await open(demo.url, PHONE)
  await takeExample(page, 'three')
  await run(page)
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
  const small = await page.locator('button:visible, select:visible, .tasks label').evaluateAll((targets) =>
    targets
      // Phrases stand in running text (WCAG 2.2, 2.5.8, "inline").
      .filter((target) => !target.classList.contains('phrase') && target.getBoundingClientRect().height < 44)
      .map((target) => target.outerHTML),
  )
  assert.deepEqual(small, [])
})

test('the whole page is less than 150 kB, compressed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kosmos2-page-'))
  await buildPage(folder)
  const files = await readdir(folder)
  assert.deepEqual(files.sort(), ['index.html', 'licenses.txt', 'page.css', 'page.js'])
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))))
  const bytes = contents.reduce((sum, content) => sum + gzipSync(content).length, 0)
  assert.ok(bytes < 150_000, `${bytes} bytes`)
  await rm(folder, { recursive: true })
})

const approved = new URL('approved/', import.meta.url)
/** The screenshots are compared this wide, so that another machine's letters make no difference. */
const WIDTH = 320
/** How much of a picture may differ. */
const TOLERANCE = 0.03

for (const { name, answers, ...options } of [
  { name: 'light', answers: 1, viewport: { width: 1280, height: 860 } },
  { name: 'dark', answers: 2, viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  { name: 'phone', answers: 1, ...PHONE },
] as const)
  test(`the page looks as approved: ${name}`, async (t) => {
    const { page } = await open(demo.url, options)
    await takeExample(page, 'three')
    if (answers === 2) {
      await page.getByLabel('Compare with').selectOption('fp32@CPU')
      await page
        .getByLabel('Compare with')
        .getByRole('option', { name: /FP32.*load/ })
        .waitFor({ state: 'detached' })
    }
    await run(page)
    await page.mouse.move(0, 0)
    // Presses scroll a small window, and how far depends on what has come by then.
    await page.evaluate('scrollTo(0, 0)')
    const shot = await page.screenshot({ mask: [page.locator('.raw')] })
    const { data, info } = await sharp(shot)
      .resize({ width: WIDTH })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const file = new URL(`${name}.png`, approved)
    if (process.env['APPROVE_SCREENSHOTS'] !== undefined) {
      await sharp(data, { raw: info }).png({ palette: true }).toFile(fileURLToPath(file))
      // The README shows them whole.
      const whole = await page.screenshot()
      await sharp(whole)
        .png({ palette: true })
        .toFile(join('docs', `demo-${name}.png`))
      t.diagnostic(`approved ${name}.png`)
      return
    }
    const expected = await sharp(fileURLToPath(file))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    assert.deepEqual([expected.info.width, expected.info.height], [info.width, info.height])
    const different = pixelmatch(expected.data, data, undefined, info.width, info.height, { threshold: 0.15 })
    const share = different / (info.width * info.height)
    assert.ok(
      share < TOLERANCE,
      `${(share * 100).toFixed(1)} % differ; APPROVE_SCREENSHOTS=1 takes the new look`,
    )
  })
