// Wheels of OpenVINO are unpacked, and refused when anything about them is not as it has to be.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { unpackWheel } from '../../src/openvino/wheel.ts'
import { makeWheel, RECORD, recordLine, type ZipFile } from './make-wheel.ts'

/** Unpacks a wheel into a folder inside a folder. */
async function unpack(t: TestContext, wheel: Buffer) {
  const outside = await mkdtemp(join(tmpdir(), 'kosmos2 wheel '))
  t.after(() => rm(outside, { recursive: true, force: true }))
  const path = join(outside, 'openvino.whl')
  const folder = join(outside, 'folder')
  await mkdir(folder)
  await writeFile(path, wheel)
  return { outside, folder, unpacked: unpackWheel(path, folder) }
}

test('libraries and licences are unpacked, and nothing else', async (t) => {
  const { folder, unpacked } = await unpack(t, makeWheel())
  const files = await unpacked
  assert.deepEqual(
    files.map(({ path, bytes }) => [path, bytes]),
    [
      ['libs/libopenvino.so.2641', 1200],
      ['libs/libopenvino_c.so.2641', 15],
      ['licenses/LICENSE', 4],
    ],
  )
  assert.equal(await readFile(join(folder, 'libs', 'libopenvino_c.so.2641'), 'utf8'), 'its C functions')
  assert.deepEqual((await readdir(folder, { recursive: true })).sort(), [
    'libs',
    'libs/libopenvino.so.2641',
    'libs/libopenvino_c.so.2641',
    'licenses',
    'licenses/LICENSE',
  ])
})

test('what does not fit its own list of files, or is no plain file inside the folder, is refused', async (t) => {
  const library = 'openvino/libs/libopenvino_c.so.2641'
  const lines = (...files: (readonly [name: string, content: string])[]): ZipFile => ({
    name: RECORD,
    content: files.map(([name, content]) => recordLine(name, content)).join(''),
  })
  const good = [library, 'its C functions'] as const
  const faults: readonly (readonly [what: string, changes: ZipFile[], said: RegExp])[] = [
    [
      'a changed library',
      [{ name: library, content: 'his C functions' }],
      /libopenvino_c\.so\.2641 differs from the list of files: SHA-256 /,
    ],
    [
      'a library of another size',
      [{ name: library, content: 'its' }],
      /libopenvino_c\.so\.2641 has 3 bytes, but 15 in its list/,
    ],
    [
      'a library that is listed and not there',
      [lines(good, ['openvino/libs/other.so', ''])],
      /other\.so is in its list of files, but not in it/,
    ],
    [
      'a library without a hash',
      [{ name: RECORD, content: `${library},,15\n` }],
      /its list of files has no hash in: openvino\/libs/,
    ],
    [
      'a link',
      [{ name: library, content: '/etc/passwd', mode: 0o120777 }, lines([library, '/etc/passwd'])],
      /libopenvino_c\.so\.2641 is no regular file/,
    ],
    [
      'a name that leads out',
      [{ name: 'openvino/libs/../../../out.so', content: '' }],
      /invalid relative path: openvino\/libs\/\.\.\/\.\.\/\.\.\/out\.so/,
    ],
    ['an absolute name', [{ name: '/tmp/out.so', content: '' }], /absolute path: \/tmp\/out\.so/],
    [
      'a listed name that leads out',
      [lines(good, ['openvino/libs/../../../out.so', 'x'])],
      /out\.so is in its list of files, but not in it/,
    ],
    [
      'too many bytes',
      [
        {
          name: RECORD,
          content: `${recordLine(...good)}openvino/libs/a.so,sha256=${'A'.repeat(43)},2000000000\n`,
        },
      ],
      /its libraries have 2000000015 bytes, more than 1073741824/,
    ],
    ['no libraries', [lines(['openvino/__init__.py', ''])], /it has no libraries \(openvino\/libs\)/],
  ]
  for (const [what, changes, said] of faults) {
    const { outside, unpacked } = await unpack(t, makeWheel(changes))
    await assert.rejects(unpacked, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'BAD_WHEEL', what)
      assert.match(error.message, said)
      return true
    })
    assert.deepEqual((await readdir(outside)).sort(), ['folder', 'openvino.whl'])
  }
})

test('what is no wheel of OpenVINO, or only a part of one, is refused', async (t) => {
  const whole = makeWheel()
  const other = Buffer.from(
    whole.toString('latin1').replaceAll('.dist-info/RECORD', '.dist-info/record'),
    'latin1',
  )
  const faults = [
    [other, /it is no wheel of openvino: it has no list of files/],
    [whole.subarray(0, whole.length - 30), /end of central directory record/i],
    [Buffer.from('<html>404</html>'), /end of central directory record|not a zip/i],
    [Buffer.alloc(0), /./],
  ] as const
  for (const [wheel, said] of faults) {
    const { unpacked } = await unpack(t, wheel)
    await assert.rejects(unpacked, { name: 'OpenVINOError', code: 'BAD_WHEEL', message: said })
  }
})
