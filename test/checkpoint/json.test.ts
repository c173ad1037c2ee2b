import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonStrictly, readJsonObject } from '../../src/checkpoint/json.ts'
import { temporaryFile, temporaryFolder } from './make-safetensors.ts'

test('valid JSON gives what JSON.parse gives', () => {
  const texts = [
    '1',
    '"a:b"',
    '{"a": {"a": ["a", "a", {"a": 1}]}, "b" : "{\\"b\\": 1, \\"b\\": 2}"}',
    '{"\\\\": 1, "\\"": 2}',
  ]
  for (const text of texts) assert.deepEqual(parseJsonStrictly(text), JSON.parse(text))
})

test('a key given twice in one object is an error, in any spelling and at any depth', () => {
  assert.throws(() => parseJsonStrictly('{"a": 1, "b": 2, "a": 1}'), /the key "a" appears twice/)
  assert.throws(() => parseJsonStrictly('[{"x": {"\\u0061" : 1, "a"\n: 2}}]'), /the key "a" appears twice/)
  assert.throws(() => parseJsonStrictly('{"\\"": 1, "\\u0022": 1}'), /the key "\\"" appears twice/)
})

test('a file that is missing, no JSON or no object is told apart', async (t) => {
  await assert.rejects(readJsonObject(`${temporaryFolder(t)}/x.json`), {
    code: 'NOT_FOUND',
    message: /x\.json: ENOENT/,
  })
  await assert.rejects(readJsonObject(temporaryFolder(t)), { code: 'NOT_FOUND', message: /it is not a file/ })
  await assert.rejects(readJsonObject(temporaryFile(t, 'a.json', '{')), {
    code: 'BAD_CONFIG',
    message: /a\.json: not valid JSON/,
  })
  await assert.rejects(readJsonObject(temporaryFile(t, 'a.json', '[1]')), {
    code: 'BAD_CONFIG',
    message: /a\.json: expected a JSON object, but found \[ 1 \]/,
  })
})
