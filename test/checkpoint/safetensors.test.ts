import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openSafetensors } from '../../src/checkpoint/safetensors.ts'
import { toFloat32 } from '../../src/checkpoint/float-types.ts'
import { readGoldenTensors } from '../goldens.ts'
import { fileWithHeader, safetensorsFile, temporaryFile, temporaryFolder } from './make-safetensors.ts'

const modelA = join(import.meta.dirname, '../goldens/model-a/model.safetensors')

test('every tensor of a real file reads as an independent reader reads it', async () => {
  const file = await openSafetensors(modelA)
  const golden = readGoldenTensors(modelA)
  assert.deepEqual(file.metadata, new Map([['format', 'pt']]))
  assert.deepEqual([...file.tensors.keys()].sort(), [...golden.keys()].sort())
  for (const entry of file.tensors.values()) {
    assert.equal(entry.dtype, 'F32')
    assert.deepEqual(entry.shape, golden.get(entry.name)!.dims)
    assert.deepEqual(toFloat32(await file.read(entry), 'F32'), golden.get(entry.name)!.data)
  }
  await file.close()
})

test('the pieces of a tensor are its bytes, whatever the size of a piece', async (t) => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251)
  const file = await open(t, safetensorsFile({ a: tensor(3), b: { dtype: 'U8', shape: [10, 100], bytes } }))
  const b = file.tensors.get('b')!
  for (const chunkBytes of [1, 7, 999, 1000, 5000, undefined]) {
    const pieces: Uint8Array[] = []
    for await (const piece of file.chunks(b, chunkBytes)) pieces.push(piece)
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes))
    assert.equal(pieces.length, Math.ceil(1000 / (chunkBytes ?? 1000)))
  }
  await assert.rejects(file.chunks(b, 0).next(), /integer from 1 for chunkBytes but received 0/)
})

test('empty tensors, scalars, padding after the header and sub-byte types are accepted', async (t) => {
  const data = new Uint8Array(6)
  const header = JSON.stringify({
    four_bits: { dtype: 'F4', shape: [4], data_offsets: [4, 6] },
    empty: { dtype: 'F32', shape: [0, 7], data_offsets: [4, 4] },
    scalar: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
  })
  const file = await open(t, fileWithHeader(header.padEnd(256, ' '), data))
  assert.deepEqual(
    [...file.tensors.values()].map(({ name, offset, byteLength }) => [name, offset, byteLength]),
    [
      ['scalar', 264, 4],
      ['empty', 268, 0],
      ['four_bits', 268, 2],
    ],
  )
})

test('an entry names the real file behind a symbolic link', async (t) => {
  const path = temporaryFile(t, 'blob', safetensorsFile({ a: tensor(1) }))
  const link = join(temporaryFolder(t), 'model.safetensors')
  symlinkSync(path, link)
  const file = await openSafetensors(link)
  t.after(() => file.close())
  assert.deepEqual([file.path, file.realPath, file.tensors.get('a')!.realPath], [link, path, path])
})

const entry = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] }
const broken: readonly (readonly [string, object | string, RegExp])[] = [
  [
    'offsets past the end',
    { a: { ...entry, shape: [7], data_offsets: [0, 28] } },
    /'a': its bytes 63 to 91 lie outside the file of 87 bytes/,
  ],
  [
    'bytes that do not fit the shape',
    { a: { ...entry, shape: [2, 4] } },
    /'a': F32 of shape \[ 2, 4 \] takes 32 bytes, but data_offsets \[ 0, 24 \] span 24/,
  ],
  [
    'overlap',
    {
      a: { ...entry, shape: [4], data_offsets: [0, 16] },
      b: { ...entry, shape: [3], data_offsets: [12, 24] },
    },
    /'b': its bytes \d+ to \d+ overlap 'a', which ends at/,
  ],
  [
    'a gap',
    {
      a: { ...entry, shape: [2], data_offsets: [0, 8] },
      b: { ...entry, shape: [3], data_offsets: [12, 24] },
    },
    /'b': its bytes \d+ to \d+ leave a gap after 'a'/,
  ],
  [
    'a gap before the first',
    { a: { ...entry, shape: [5], data_offsets: [4, 24] } },
    /'a': .* leave a gap after the header/,
  ],
  [
    'bytes that belong to no tensor',
    { a: { ...entry, shape: [5], data_offsets: [0, 20] } },
    /tensors end at byte \d+, but the file has \d+; download it again/,
  ],
  [
    'reversed offsets',
    { a: { ...entry, data_offsets: [24, 0] } },
    /'a': .*0 <= begin <= end for data_offsets, but found \[ 24, 0 \]/,
  ],
  ['a negative offset', { a: { ...entry, data_offsets: [-24, 0] } }, /data_offsets, but found \[ -24, 0 \]/],
  ['three offsets', { a: { ...entry, data_offsets: [0, 8, 24] } }, /data_offsets, but found \[ 0, 8, 24 \]/],
  [
    'an offset that no number holds exactly',
    { a: { ...entry, data_offsets: [0, 2 ** 53] } },
    /data_offsets, but found \[ 0, 9007199254740992 \]/,
  ],
  [
    'a negative size',
    { a: { ...entry, shape: [-2, -3] } },
    /'a': expected an array of non-negative integers for shape, but found \[ -2, -3 \]/,
  ],
  ['a fractional size', { a: { ...entry, shape: [1.5, 4] } }, /shape, but found \[ 1.5, 4 \]/],
  ['no shape', { a: { dtype: 'F32', data_offsets: [0, 24] } }, /shape, but found undefined/],
  [
    'a product that overflows before a zero',
    { a: { ...entry, shape: [2 ** 40, 2 ** 40, 0], data_offsets: [0, 0] } },
    /'a': its shape .* asks for more bytes than any file can hold/,
  ],
  [
    'an unknown type',
    { a: { ...entry, dtype: 'F33' } },
    /'a': expected one of BOOL, .* for dtype, but found 'F33'/,
  ],
  [
    'a type named like an inherited property',
    { a: { ...entry, dtype: 'toString' } },
    /for dtype, but found 'toString'/,
  ],
  ['an entry that is no object', { a: [1] }, /'a': expected an object, but found \[ 1 \]/],
  [
    'metadata that is no text',
    { __metadata__: { format: 1 }, a: entry },
    /expected a string for 'format' in __metadata__, but found 1/,
  ],
  [
    'a name that appears twice',
    `{"a": ${JSON.stringify(entry)}, "\\u0061": ${JSON.stringify(entry)}}`,
    /the key "a" appears twice/,
  ],
  ['a header that is no JSON', '{"a": ', /its header is not JSON/],
  ['a header that is a list', '[]', /expected a JSON object as header, but found \[\]/],
]
for (const [fault, header, message] of broken)
  test(`${fault} in the header is an error that shows it`, async (t) => {
    const text = typeof header === 'string' ? header : JSON.stringify(header)
    const path = temporaryFile(t, 'bad.safetensors', fileWithHeader(text, new Uint8Array(24)))
    await assert.rejects(openSafetensors(path), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'BAD_HEADER')
      assert.ok(error.message.startsWith(`${path}: `))
      assert.match(error.message, message)
      return true
    })
  })

test('a header length beyond the format or the file is refused before memory is taken', async (t) => {
  const claim = async (length: bigint, rest: number): Promise<unknown> => {
    const bytes = Buffer.alloc(8 + rest)
    bytes.writeBigUInt64LE(length)
    return openSafetensors(temporaryFile(t, 'long.safetensors', bytes))
  }
  await assert.rejects(
    claim(2n ** 64n - 1n, 10),
    /at most 100000000 bytes, but it claims to have 18446744073709551615/,
  )
  await assert.rejects(claim(100_000_001n, 10), /at most 100000000 bytes, but it claims to have 100000001/)
  await assert.rejects(claim(100_000_000n, 10), /claims 100000000 bytes, but only 10 follow/)
  await assert.rejects(
    openSafetensors(temporaryFile(t, 'short', '1234567')),
    /at least 8 bytes, but the file has 7/,
  )
})

test('what is no safetensors file at all is told apart', async (t) => {
  const pointer = temporaryFile(
    t,
    'model.safetensors',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
  )
  await assert.rejects(openSafetensors(pointer), /Git LFS pointer.*git lfs pull/)
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'model.safetensors'))
  await assert.rejects(openSafetensors(join(folder, 'model.safetensors')), {
    code: 'NOT_FOUND',
    message: /it is not a file/,
  })
  await assert.rejects(openSafetensors(join(folder, 'none')), {
    code: 'NOT_FOUND',
    message: /Cannot open .*none: ENOENT/,
  })
  const invalidText = temporaryFile(t, 'utf8', fileWithHeader('{}'))
  const bytes = Buffer.from(fileWithHeader('{"a":1}'))
  bytes[10] = 0xff
  writeFileSync(invalidText, bytes)
  await assert.rejects(openSafetensors(invalidText), /its header is not JSON as the format asks/)
})

test('a file that shrinks after it was opened is an error, not zeros', async (t) => {
  const path = temporaryFile(t, 'model.safetensors', safetensorsFile({ a: tensor(100) }))
  const file = await openSafetensors(path)
  t.after(() => file.close())
  truncateSync(path, file.size - 50)
  await assert.rejects(file.read(file.tensors.get('a')!), /was cut off at byte \d+ while it was read/)
})

function tensor(count: number): { dtype: string; shape: number[]; bytes: Uint8Array } {
  return { dtype: 'F32', shape: [count], bytes: new Uint8Array(count * 4).fill(1) }
}

async function open(t: TestContext, bytes: Uint8Array): ReturnType<typeof openSafetensors> {
  const file = await openSafetensors(temporaryFile(t, 'model.safetensors', bytes))
  t.after(() => file.close())
  return file
}
