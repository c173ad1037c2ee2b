// The store of uploaded pictures alone: which of them is forgotten when there are too many bytes.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createPictureStore } from '../../src/demo/picture-store.ts'
import { scene } from './client.ts'

test('the picture that was not asked for longest is forgotten first, and the newest one never', async () => {
  const bytes = await readFile(scene('one'))
  const store = await createPictureStore({ uploadBytes: bytes.length, pixels: 480 * 480 }, 2.5 * bytes.length)
  const [first, second] = [await store.add(bytes), await store.add(bytes)]
  assert.equal(store.get(first.id), first)
  const third = await store.add(bytes)
  assert.throws(() => store.get(second.id), { code: 'PICTURE_UNKNOWN' })
  assert.deepEqual([store.get(first.id), store.get(third.id)], [first, third])

  const small = await createPictureStore({ uploadBytes: bytes.length, pixels: 480 * 480 }, 1)
  const only = await small.add(bytes)
  assert.equal(small.get(only.id), only)
})
