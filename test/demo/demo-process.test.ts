// `npm run demo` as people start it: a process that prints its address, answers, and ends with Ctrl-C.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

test('npm run demo prints an address that answers with its token alone, and ends in order at Ctrl-C', async (t) => {
  const script = ['scripts/demo.mjs', '--no-open']
  const demo = spawn(process.execPath, script, { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => demo.kill('SIGKILL'))
  let said = ''
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [demo.stdout, demo.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(said) ?? []
        if (found !== undefined) resolve(found)
      })
    demo.once('exit', () => {
      reject(new Error(said))
    })
  })
  const token = new URL(address).searchParams.get('token')!
  const state = (authorization: string): Promise<Response> =>
    fetch(new URL('api/state', address), { headers: { authorization } })
  assert.equal((await state('Bearer another')).status, 401)
  const { checkpoint, examples, stickers } = (await (await state(`Bearer ${token}`)).json()) as {
    checkpoint: { name: string }
    examples: unknown[]
    stickers: unknown
  }
  assert.deepEqual([checkpoint.name, examples.length], ['kosmos2-tiny', 8])
  assert.notEqual(stickers, null)
  assert.match(await (await fetch(address)).text(), /<script type="module" src="page\.js">/)
  demo.kill('SIGINT')
  assert.deepEqual(await once(demo, 'exit'), [0, null], said)
})
