import assert from 'node:assert/strict'
import { lstatSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { linkToBlob } from '../../src/checkpoint/hub-cache.ts'
import { temporaryFile, temporaryFolder } from './make-safetensors.ts'

test('where links cannot be made, the snapshot holds a copy', async (t) => {
  const blob = temporaryFile(t, 'blob', 'content')
  const pointer = join(temporaryFolder(t), 'snapshots/c/config.json')
  await linkToBlob(blob, pointer, () => Promise.reject(new Error('EPERM')))
  assert.ok(lstatSync(pointer).isFile())
  assert.equal(readFileSync(pointer, 'utf8'), 'content')
  await linkToBlob(blob, pointer)
  assert.ok(lstatSync(pointer).isSymbolicLink() && statSync(pointer).isFile())
})
