// What a person does with answers, in a real browser: compare models, stop, go back in the history, take results along,
// make scenes; and what happens when something goes wrong.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { chooseTask, LONG, open, run, serve, serveLong, takeExample } from './browser.ts'

const demo = await serve()

/** What a press of a button downloads. */
async function downloaded(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('group', { name: 'Download or copy' }).getByRole('button', { name, exact: true }).click(),
  ])
  return readFile(await download.path())
}

// The first one: the packaged browser gives permissions to its first context only.
test('an answer is taken along as PNG, SVG, JSON, crops and through the clipboard', async () => {
  const { page } = await open(demo.url, { permissions: ['clipboard-read', 'clipboard-write'] })
  await takeExample(page, 'three')
  const [text] = await run(page)
  const { width, height } = await sharp(await downloaded(page, 'PNG')).metadata()
  assert.deepEqual([width, height], [480, 480])
  const svg = await downloaded(page, 'SVG')
  assert.match(svg.toString(), /<image href="data:image\/png;base64,/)
  assert.equal((await sharp(svg).metadata()).width, 480)
  const result = JSON.parse((await downloaded(page, 'JSON')).toString()) as {
    text: string
    boxes: { pixels: number[] }[]
  }
  assert.equal(result.text, text)
  const crop = await sharp(await downloaded(page, 'Crops')).metadata()
  const [x1, y1, x2, y2] = result.boxes[0]!.pixels as [number, number, number, number]
  assert.deepEqual(
    [crop.width, crop.height],
    [Math.ceil(x2) - Math.floor(x1), Math.ceil(y2) - Math.floor(y1)],
  )

  await page.getByRole('button', { name: 'Result', exact: true }).click()
  await page.getByText('The result is copied.').waitFor()
  assert.deepEqual(JSON.parse(await page.evaluate('navigator.clipboard.readText()')), result)
  await page.getByRole('button', { name: 'Picture', exact: true }).click()
  await page.getByText('The picture is copied.').waitFor()
})

test('two precisions answer side by side, and each brings its own boxes to the picture', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await page.getByLabel('Compare with').selectOption({ label: await optionOf(page, 'FP32') })
  const [original, converted] = await run(page)
  assert.equal(original, converted)
  const names = await page.locator('.answer h2').allTextContents()
  assert.deepEqual(names, ['kosmos2-tiny original', 'kosmos2-tiny FP32'])
  const second = page.getByRole('article', { name: 'kosmos2-tiny FP32' })
  await second.hover()
  await second.getByRole('button', { name: 'On the picture', pressed: true }).waitFor()
})

/** The whole label of the model whose name holds a word: the rest of it changes with its state. */
async function optionOf(page: Page, word: string): Promise<string> {
  const labels = await page.getByLabel('Compare with').locator('option').allTextContents()
  return labels.find((label) => label.includes(word))!
}

/** Begins an answer that goes on for long, and resolves when its first words are there. */
async function runLong(page: Page): Promise<void> {
  await takeExample(page, 'night')
  await chooseTask(page, 'Details')
  await page.getByText('Settings').click()
  await page.getByLabel('New tokens, at most').fill(`${LONG}`)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.answer-text').getByText('Describe').waitFor()
}

test('a run can be stopped; what has come stays, and the next question is answered', async () => {
  const { page } = await open((await serveLong()).url)
  await runLong(page)
  await page.locator('.answer[data-phase=running] button.phrase').first().waitFor()
  assert.notEqual(await page.locator('.found-box').count(), 0, 'boxes are there before the end')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByText('Stopped.', { exact: true }).waitFor()
  assert.match((await page.locator('.answer-text').textContent())!, /^Describe this image in detail/)
  await chooseTask(page, 'Caption')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.answer-text').getByText('An image of').waitFor()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
})

test('the settings limit the answer, and the page says so', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await page.getByText('Settings').click()
  await page.getByLabel('New tokens, at most').fill('4')
  await run(page)
  await page.getByText('It ended at the limit of new tokens').waitFor()
  await page.getByLabel('New tokens, at most').fill('64')
  await page.getByLabel('Beams').fill('3')
  assert.match((await run(page))[0]!, /^An image of .+\.$/)
})

test('an earlier answer comes back with its picture, and a reload loses nothing', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  const [first] = await run(page)
  await takeExample(page, 'night')
  const [second] = await run(page)
  assert.notEqual(first, second)
  await chooseTask(page, 'Ask')
  await page.getByLabel('Question').fill('How many objects are there?')
  await page.getByRole('button', { name: 'Add box' }).click()
  await page.reload()
  assert.equal(new URL(page.url()).search, '')
  await page.getByRole('group', { name: 'night', exact: true }).locator('image').first().waitFor()
  assert.equal(await page.getByLabel('Question').inputValue(), 'How many objects are there?')
  assert.equal(await page.locator('.drawn-box').count(), 1)
  assert.equal(await page.locator('.answer-text').textContent(), second)

  const entries = page.getByRole('region', { name: 'History of this session' }).getByRole('listitem')
  assert.equal(await entries.count(), 2)
  await entries.nth(1).getByRole('button').click()
  await page.getByRole('group', { name: 'three', exact: true }).waitFor()
  assert.equal(await page.locator('.answer-text').textContent(), first)
  assert.equal(await page.locator('.drawn-box').count(), 0)
  assert.equal(await page.getByLabel('Question').inputValue(), 'How many objects are there?')
})

test('a scene is made of stickers with pointer and keys, and its true boxes are held against the answer', async () => {
  const { page } = await open(demo.url)
  await page.getByRole('button', { name: 'Scene maker' }).click()
  for (const name of ['owl', 'car']) {
    await page.getByRole('searchbox').fill(name)
    await page
      .getByRole('button', { name: new RegExp(`^Place an? ${name} `) })
      .first()
      .click()
  }
  await page.getByRole('button', { name: 'Background: white' }).click()
  const sticker = (name: string) => page.locator(`.sticker[aria-label^="${name},"]`)
  await sticker('car').focus()
  for (const key of ['ArrowRight', 'ArrowDown', '+', 'f']) await page.keyboard.press(key)
  assert.equal(
    await sticker('car').getAttribute('aria-label'),
    'car, 22 % across, 22 % down, size 31 %, flipped',
  )
  await sticker('owl').locator('.ring').hover()
  const from = (await sticker('owl').locator('.ring').boundingBox())!
  const middle = [from.x + from.width / 2, from.y + from.height / 2] as const
  await page.mouse.move(...middle)
  await page.mouse.down()
  await page.mouse.move(middle[0] + 60, middle[1] + 40)
  await page.mouse.up()
  const frame = (await page.locator('.picture').boundingBox())!
  const across = Math.round(50 + (60 / frame.width) * 100)
  assert.match((await sticker('owl').getAttribute('aria-label'))!, new RegExp(`^owl, ${across} % across`))

  const [text] = await run(page)
  assert.match(text!, /owl/)
  const overlaps = await page
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map(
        (row) =>
          [row.querySelector('th')?.textContent, Number(row.querySelectorAll('td')[1]?.textContent)] as const,
      ),
    )
  const owl = overlaps.find(([name]) => name?.includes('owl'))!
  assert.ok(owl[1] > 0.6, `the owl's box lies over it by ${owl[1]}`)

  await sticker('car').focus()
  await page.keyboard.press('Delete')
  assert.equal(await page.locator('.sticker').count(), 1)
  assert.equal(
    await page.locator('.found-box').count(),
    0,
    'boxes of another scene are not shown on this one',
  )
})

test('what is no picture is refused with the reason, and the picture before it stays', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await page.getByLabel('Picture file').setInputFiles({
    name: '<img src=x onerror=alert(1)>.png',
    mimeType: 'image/png',
    buffer: Buffer.from('no picture'),
  })
  await page
    .getByRole('alert')
    .filter({ hasText: /PNG, JPEG/ })
    .waitFor()
  await page.getByRole('group', { name: 'three', exact: true }).waitFor()
})

test('HTML in a prompt and in the name of a file is text', async () => {
  const { page, complaints } = await open(demo.url)
  const markup = '<img src=x onerror="document.title=1">'
  await page.getByLabel('Picture file').setInputFiles({
    name: `${markup}.png`,
    mimeType: 'image/png',
    buffer: await readFile('data/scenes/one.png'),
  })
  await page.getByRole('group', { name: markup }).waitFor()
  await chooseTask(page, 'Ask')
  await page.getByLabel('Question').fill(markup)
  await run(page)
  assert.equal(await page.locator('img[src="x"]').count(), 0)
  assert.equal(await page.title(), 'KOSMOS-2: interactive grounding')
  assert.deepEqual(complaints, [])
})

test('a server that forgot the picture, and one that was started anew, get it again by themselves', async () => {
  const own = await serve({ token: 'the-same-token' })
  const { page } = await open(own.url)
  await takeExample(page, 'three')
  const [before] = await run(page)
  await chooseTask(page, 'Find')
  await page.getByLabel('Phrase to find').fill('a star')
  await own.close()
  await page.getByText('The server cannot be reached.').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled())
  await serve({ token: 'the-same-token', port: own.port })
  await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' })
  assert.equal(await page.locator('.answer-text').textContent(), before)
  assert.match((await run(page))[0]!, /star/)
})

test('a tab behind others keeps no connection, and is up to date when it comes to the front', async () => {
  const { page } = await open(demo.url)
  await page.getByRole('button', { name: 'Example three' }).waitFor()
  const show = (isHidden: boolean): Promise<void> =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  const events = '**/api/events'
  const [ended] = await Promise.all([page.waitForEvent('requestfailed'), show(true)])
  assert.equal(new URL(ended.url()).pathname, '/api/events')
  assert.equal(await page.getByText('The server cannot be reached.').count(), 0)
  await Promise.all([page.waitForRequest(events), show(false)])
  await takeExample(page, 'three')
  assert.match((await run(page))[0]!, /^An image of/)
})

test('a server that stops in the middle of an answer is said to have done so, and what came stays', async () => {
  const own = await serveLong()
  const { page } = await open(own.url)
  await runLong(page)
  await own.close()
  await page.locator('.answer[data-phase=failed]').getByRole('alert').waitFor()
  assert.match((await page.locator('.answer-text').textContent())!, /^Describe/)
  await page.getByRole('button', { name: 'Ask again' }).waitFor()
})

test('a wrong token is named, with what to do', async () => {
  const { page } = await open(demo.url.replace(/token=.*/, 'token=wrong-token'))
  await page.getByRole('alert').filter({ hasText: 'Open the whole address' }).waitFor()
})
