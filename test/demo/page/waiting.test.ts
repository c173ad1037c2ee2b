// What the page says while a person has to wait: for others, and for a model.
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { Kosmos2 } from '../../../src/index.ts'
import { ask, temporaryFolder, upload } from '../client.ts'
import { open, run, serve, takeExample } from './browser.ts'

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

test('who waits behind others sees its place; where the queue is full it is asked again', async (t) => {
  const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
  t.after(() => kosmos.dispose())
  const { model } = kosmos
  const generate = model.generate.bind(model) as (all: object) => Promise<unknown>
  // The first answer ends when it is told to.
  let end = (): void => undefined
  const told = new Promise<void>((resolve) => (end = resolve))
  let answers = 0
  model.generate = (async (all: object) => {
    if (answers++ === 0) await told
    return await generate(all)
  }) as typeof model.generate
  const demo = await serve({ kosmos, limits: { queue: 1 } })
  const { id } = await upload(demo, 'one')
  await ask(demo, { picture: id, task: 'caption' }, { client: 'another' })
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await press(page, 'Run')
  await page.getByText('In the queue, 1 before this one…', { exact: true }).waitFor()

  const second = (await open(demo.url)).page
  await takeExample(second, 'one')
  await press(second, 'Run')
  await second.getByText('Too many are waiting; this asks again by itself.', { exact: true }).waitFor()
  await press(page, 'Stop')
  await page.getByText('Stopped.', { exact: true }).waitFor()
  await second.getByText('In the queue, 1 before this one…', { exact: true }).waitFor()
  end()
  await second.locator('.answer[data-phase=done]').waitFor()
})

test('a model that is chosen is made ready while the page says how far it is', async () => {
  const model = join(temporaryFolder(), 'kosmos2-other')
  await cp('models/kosmos2-tiny', model, { recursive: true })
  const demo = await serve({ model })
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  const [original] = await run(page)
  // Each word that the page says of it, and how far the bar was.
  await page.evaluate(`
    window.said = new Set()
    new MutationObserver(() => {
      const note = document.querySelector('.models .loading')
      if (note) said.add(note.textContent + ' | ' + note.querySelector('progress')?.value)
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })`)
  await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('fp32@CPU')
  await page.locator('.models .loading').waitFor()
  await page.locator('.models .loading').waitFor({ state: 'detached' })
  const said = await page.evaluate<string[]>('[...said]')
  assert.ok(
    said.some((note) => /convert/i.test(note)) && said.some((note) => /compil/i.test(note)),
    said.join('\n'),
  )
  assert.deepEqual(await run(page), [original])
  assert.equal(await page.locator('.answer h2').textContent(), 'kosmos2-other FP32')
})
