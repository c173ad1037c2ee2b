import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openWeights } from '../../src/checkpoint/weights.ts'
import { safetensorsFile, temporaryFolder } from './make-safetensors.ts'

const tensor = (value: number) => ({ dtype: 'U8', shape: [3], bytes: new Uint8Array(3).fill(value) })
const first = 'model-00001-of-00002.safetensors'
const second = 'model-00002-of-00002.safetensors'

test('weights spread over several files are read as one set of tensors', async (t) => {
  const weights = await openWeights(shards(t, { a: first, b: second, c: first }))
  assert.deepEqual([...weights.tensors.keys()].sort(), ['a', 'b', 'c'])
  for (const [name, value] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const) {
    const entry = weights.tensors.get(name)!
    assert.deepEqual(await weights.read(entry), new Uint8Array(3).fill(value))
    assert.match(entry.realPath, name === 'b' ? /00002-of/ : /00001-of/)
  }
  await weights.close()
  await assert.rejects(weights.read(weights.tensors.get('a')!), { code: 'EBADF' })
})

test('an index that contradicts its files is refused', async (t) => {
  const cases: readonly (readonly [unknown, object])[] = [
    [
      { a: first, b: first, c: first },
      { code: 'MISSING_TENSOR', message: /tensor 'b' is not in model-00001-of/ },
    ],
    [
      { a: first, b: second, c: second },
      { code: 'BAD_CONFIG', message: /expected tensor 'c' in 'model-00002.*', but found it in model-00001/ },
    ],
    [
      { a: first, b: second },
      { code: 'BAD_CONFIG', message: /expected tensor 'c' in undefined, but found it in/ },
    ],
    [
      { a: first, b: second, c: first, d: second },
      { code: 'MISSING_TENSOR', message: /tensor 'd' is not in model-00002/ },
    ],
    [{ a: 'model-9.safetensors' }, { code: 'NOT_FOUND', message: /model-9\.safetensors/ }],
    [
      { a: '../model.safetensors' },
      { code: 'BAD_CONFIG', message: /in the same folder for 'a', but found '\.\.\/model/ },
    ],
    [{ a: 'x\\model.safetensors' }, { code: 'BAD_CONFIG', message: /in the same folder for 'a'/ }],
    [{ a: 'config.json' }, { code: 'BAD_CONFIG', message: /name of a \.safetensors file/ }],
    ['none', { code: 'BAD_CONFIG', message: /an object for weight_map, but found 'none'/ }],
  ]
  for (const [weight_map, error] of cases) await assert.rejects(openWeights(shards(t, weight_map)), error)
})

function shards(t: TestContext, weight_map: unknown): string {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, first), safetensorsFile({ a: tensor(1), c: tensor(3) }))
  writeFileSync(join(folder, second), safetensorsFile({ b: tensor(2) }))
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map }))
  return folder
}
