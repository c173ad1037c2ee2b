// What the page says while a person has to wait: for others, and for a model.
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { ask, temporaryFolder, upload } from '../client.ts'
import { LONG, open, run, serve, serveLong, takeExample } from './browser.ts'

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

test('who waits behind others sees its place; where the queue is full it is asked again', async () => {
  const demo = await serveLong({ queue: 1 })
  const { id } = await upload(demo, 'one')
  const other = new AbortController()
  // With beams it takes longer than all that follows.
  const long = { picture: id, task: 'detail', settings: { max_new_tokens: LONG, num_beams: 5 } } as const
  await ask(demo, long, { client: 'another', signal: other.signal })
  const { page } = await open(demo.url)
  await takeExample(page, 'three')
  await press(page, 'Run')
  await page.getByText('In the queue, 1 before this one…', { exact: true }).waitFor()

  const second = (await open(demo.url)).page
  await takeExample(second, 'one')
  await second.getByText('Settings').click()
  await second.getByLabel('New tokens, at most').fill(`${LONG}`)
  await press(second, 'Run')
  await second.getByText('Too many are waiting; this asks again by itself.', { exact: true }).waitFor()
  await press(page, 'Stop')
  await page.getByText('Stopped.', { exact: true }).waitFor()
  await second.getByText('In the queue, 1 before this one…', { exact: true }).waitFor()
  other.abort()
  await second.locator('.answer[data-phase=running]').waitFor()
  await press(second, 'Stop')
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
