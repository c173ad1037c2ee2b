// From a picture to an answer, in a real browser: every way to bring a picture, every task, boxes drawn by pointer and
// keyboard, and what the answer shows.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { Kosmos2 } from '../../../src/index.ts'
import { PHONE, chooseTask, open, run, serve, takeExample } from './browser.ts'

const demo = await serve()
const file = 'data/scenes/three.png'
const reference = await Kosmos2.from_pretrained('models/kosmos2-tiny')
const { text: caption, entities } = await reference.caption(file)

/** Where the picture is on the screen. */
const area = async (page: Page) => (await page.locator('.picture').boundingBox())!

/** Drags between two places of the picture, in fractions. */
async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  const { x, y, width, height } = await area(page)
  await page.mouse.move(x + from[0] * width, y + from[1] * height)
  await page.mouse.down()
  await page.mouse.move(x + ((from[0] + to[0]) / 2) * width, y + ((from[1] + to[1]) / 2) * height)
  await page.mouse.move(x + to[0] * width, y + to[1] * height)
  await page.mouse.up()
}

const drawnBoxes = (page: Page): Promise<(string | null)[]> =>
  page.locator('.drawn-box').evaluateAll((boxes) => boxes.map((box) => box.getAttribute('aria-label')))

test('a picture can be chosen, dropped, pasted and taken from the examples; all give the same answer', async () => {
  const { page, complaints } = await open(demo.url)
  const bytes = (await readFile(file)).toString('base64')
  const bring = (event: 'drop' | 'paste'): Promise<void> =>
    page.evaluate(
      `{
        const bytes = Uint8Array.from(atob('${bytes}'), (character) => character.charCodeAt(0))
        const data = new DataTransfer()
        data.items.add(new File([bytes], '${event}ed.png', { type: 'image/png' }))
        document.body.dispatchEvent('${event}' === 'drop'
          ? new DragEvent('drop', { dataTransfer: data, bubbles: true })
          : new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
      }`,
    )
  await page.getByLabel('Picture file').setInputFiles(file)
  await page.getByRole('group', { name: 'three.png' }).waitFor()
  assert.deepEqual(await run(page), [caption])
  await bring('drop')
  await page.getByRole('group', { name: 'droped.png' }).waitFor()
  assert.deepEqual(await run(page), [caption])
  await bring('paste')
  await page.getByRole('group', { name: 'pasteed.png' }).waitFor()
  assert.deepEqual(await run(page), [caption])
  await takeExample(page, 'three')
  assert.deepEqual(await run(page), [caption])
  assert.deepEqual(complaints, [])
})

test('each task asks the model what its name says', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  const textOf = async (answer: Promise<{ text: string }>): Promise<string> => (await answer).text
  const box = [0.109375, 0.765625, 0.265625, 0.984375] as const

  await chooseTask(page, 'Details')
  assert.deepEqual(await run(page), [await textOf(reference.caption(file, { detail: true }))])
  await page.getByLabel('Link phrases to boxes').uncheck()
  assert.deepEqual(await run(page), [
    await textOf(reference.caption(file, { detail: true, grounded: false })),
  ])
  await chooseTask(page, 'Find')
  await page.getByLabel('Phrase to find').fill('a balloon')
  assert.deepEqual(await run(page), [await textOf(reference.ground(file, 'a balloon'))])
  await chooseTask(page, 'Ask')
  await page.getByLabel('Question').fill('What is on the left?')
  assert.deepEqual(await run(page), [await textOf(reference.ask(file, 'What is on the left?'))])

  await page.getByLabel('Link phrases to boxes').check()
  await chooseTask(page, 'Region')
  await drag(page, [box[0], box[1]], [box[2], box[3]])
  const described = await textOf(reference.describe(file, { fractions: box }))
  assert.deepEqual(await run(page), [described])
  await chooseTask(page, 'Ask')
  const grounded = await textOf(reference.ask(file, 'What is on the left?', { grounded: true }))
  assert.deepEqual(await run(page), [grounded], 'a box that no phrase of the question takes stays out of it')
  await chooseTask(page, 'Free prompt')
  await page.getByRole('textbox', { name: 'Prompt' }).fill('<grounding><phrase> It</phrase> is')
  assert.deepEqual(await run(page), [described])
})

test('boxes are drawn, moved, resized and deleted with a pointer and with keys', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await drag(page, [0.25, 0.25], [0.5, 0.5])
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 25 to 50 % across, 25 to 50 % down'])
  await drag(page, [0.4, 0.4], [0.6, 0.3])
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 45 to 70 % across, 15 to 40 % down'])
  await drag(page, [0.7, 0.4], [0.8, 0.9])
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 45 to 80 % across, 15 to 90 % down'])
  await drag(page, [0.6, 0.5], [2, 0.5])
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 65 to 100 % across, 15 to 90 % down'])

  await page.getByRole('button', { name: 'Add box' }).click()
  const added = page.getByRole('button', { name: 'Box 2' })
  await page.locator('.drawn-box[aria-label^="Box 2"]:focus').waitFor()
  for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Shift+ArrowDown')
  assert.equal(await added.getAttribute('aria-label'), 'Box 2: 10 to 40 % across, 35 to 67 % down')
  await page.keyboard.press('Delete')
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 65 to 100 % across, 15 to 90 % down'])
  await page.getByRole('button', { name: 'Clear boxes' }).click()
  assert.deepEqual(await drawnBoxes(page), [])
})

test('the picture is zoomed about its middle, and a box drawn then lies where it was drawn', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await page.getByRole('button', { name: 'Zoom in' }).click()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  // 1.4 * 1.4 = 1.96 times as large: a quarter of the frame is 0.1276 of the picture.
  await drag(page, [0.25, 0.25], [0.75, 0.75])
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 37 to 63 % across, 37 to 63 % down'])
  await page.getByRole('button', { name: /^Zoom 196 %/ }).click()
  await page.getByRole('button', { name: /^Zoom 100 %/ }).waitFor()
})

test('one finger draws a box; two zoom about the place between them, move the picture, and draw nothing', async () => {
  const { page } = await open(demo.url, PHONE)
  await takeExample(page, 'three')
  const area = (await page.getByRole('group', { name: 'three', exact: true }).boundingBox())!
  const touches = await page.context().newCDPSession(page)
  const touch = async (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    ...fingers: (readonly [x: number, y: number])[]
  ): Promise<void> => {
    const touchPoints = fingers.map(([x, y], id) => ({
      x: area.x + x * area.width,
      y: area.y + y * area.height,
      id,
    }))
    await touches.send('Input.dispatchTouchEvent', { type, touchPoints })
  }
  await touch('touchStart', [0.25, 0.25])
  await touch('touchMove', [0.4, 0.4])
  await touch('touchMove', [0.5, 0.75])
  await touch('touchEnd')
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 25 to 50 % across, 25 to 75 % down'])
  await page.getByRole('button', { name: 'Clear boxes' }).click()

  await touch('touchStart', [0.4, 0.5])
  await touch('touchMove', [0.45, 0.5])
  await touch('touchStart', [0.45, 0.5], [0.55, 0.5])
  await touch('touchMove', [0.4, 0.5], [0.6, 0.5])
  await touch('touchMove', [0.3, 0.4], [0.7, 0.4])
  await touch('touchEnd')
  assert.deepEqual(await drawnBoxes(page), [])
  await page.getByRole('button', { name: /^Zoom 400 %/ }).waitFor()
  // The middle, 0.5 across and down, now lies at 0.5 and 0.4 of the frame, whose sides show a quarter each.
  await touch('touchStart', [0.14, 0.16])
  await touch('touchMove', [0.5, 0.5])
  await touch('touchMove', [0.86, 0.84])
  await touch('touchEnd')
  assert.deepEqual(await drawnBoxes(page), ['Box 1: 41 to 59 % across, 44 to 61 % down'])
})

test('phrases, boxes and rows point at each other, and boxes and labels can be hidden', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await run(page)
  const phrases = page.locator('button.phrase')
  assert.deepEqual(
    await phrases.allTextContents(),
    entities.map(([name]) => name),
  )
  const opacities = (): Promise<(string | null)[]> =>
    page
      .locator('.found-box')
      .evaluateAll((boxes) =>
        boxes
          .sort((a, b) => Number(a.getAttribute('data-entity')) - Number(b.getAttribute('data-entity')))
          .map((box) => box.getAttribute('opacity')),
      )
  assert.deepEqual(await opacities(), ['1', '1', '1'])
  await phrases.nth(1).focus()
  assert.deepEqual(await opacities(), ['0.22', '1', '0.22'])
  await phrases.nth(2).hover()
  assert.deepEqual(await opacities(), ['0.22', '0.22', '1'])
  await page.locator('.found-label[data-entity="0"]').hover()
  assert.match((await phrases.nth(0).getAttribute('class'))!, /pointed/)
  assert.match((await page.locator('tbody tr').nth(0).getAttribute('class'))!, /pointed/)

  await page.getByRole('button', { name: 'Labels', exact: true }).click()
  assert.deepEqual(
    [await page.locator('.found-label').count(), await page.locator('.found-box').count()],
    [0, 3],
  )
  await page.getByRole('button', { name: 'Boxes', exact: true }).click()
  assert.equal(await page.locator('.found-box').count(), 0)
})

test('the table gives each box in pixels and fractions, and a box its certainty and the heat map of each corner', async () => {
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await run(page)
  const rows = await page
    .locator('tbody tr')
    .evaluateAll((all) =>
      all.map((row) => Array.from(row.querySelectorAll('td'), (cell) => cell.textContent)),
    )
  const expected = entities.flatMap(([, , boxes]) =>
    boxes.map((box) => [
      box.map((value) => Math.round(value * 480)).join(', '),
      box.map((value) => value.toFixed(3)).join(', '),
    ]),
  )
  assert.deepEqual(
    rows.map(([, ...places]) => places),
    expected,
  )
  for (const [sure] of rows) assert.match(sure!, /^\d+ %, \d+ %$/)

  await page.getByRole('row').nth(1).getByRole('button').click()
  const map = page.locator('.heat image')
  const upperLeft = await map.getAttribute('href')
  await page.getByRole('button', { name: /^lower right/ }).click()
  await page.getByRole('button', { name: /^lower right/, pressed: true }).waitFor()
  assert.notEqual(await map.getAttribute('href'), upperLeft)
  await page.getByRole('button', { name: 'Close the heat map' }).click()
  assert.equal(await map.count(), 0)
})

test.after(() => reference.dispose())
