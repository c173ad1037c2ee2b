// Pictures of every kind against what Pillow makes of them, and files that are no whole pictures.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { loadRgb } from '../../src/image/load-image.ts'
import { readGoldenTensors } from '../goldens.ts'
import { assertSameNumbers, golden, picture } from './goldens.ts'

const goldens = readGoldenTensors(golden('image/rgb.safetensors'))

/** Formats whose decoders may round differently on other processors: Pillow's and sharp's are two builds. */
const isLossy = (name: string) => /\.(jpg|avif)$|^lossy/.test(name)

for (const [name, { dims, data }] of goldens) {
  test(`${name} is read as Pillow reads it`, async () => {
    const image = await loadRgb(picture(name))
    assert.deepEqual([image.height, image.width, 3], dims)
    if (isLossy(name)) assert.ok(largestDifference(image.data, data as Uint8Array) <= 2)
    else assertSameNumbers(image.data, data as Uint8Array)
  })
}

const modes = JSON.parse(readFileSync(golden('image/modes.json'), 'utf8')) as Record<string, string>

test('a picture knows whether it was RGB before', async () => {
  for (const [name, mode] of Object.entries(modes)) {
    // sharp does not tell that a TIFF has a palette.
    const expected = mode === 'RGB' || name === 'palette.tif'
    assert.equal((await loadRgb(picture(name))).wasRgb, expected, `${name}, ${mode}`)
  }
})

test('every picture among the goldens has its pixels there', () => {
  const pictures = readdirSync(golden('image/pictures/')).sort()
  assert.deepEqual([...goldens.keys()].sort(), pictures)
})

test('a picture is the same as path, file URL, data URL, bytes, Blob, sharp instance and pixels', async () => {
  const url = picture('rgb.png')
  const path = fileURLToPath(url)
  const bytes = readFileSync(path)
  const expected = await loadRgb(path)
  const inputs = {
    url,
    'url text': url.href,
    'data URL': `data:image/png;base64,${bytes.toString('base64')}`,
    'data URL object': new URL(
      `data:,${[...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
    ),
    'part of a larger buffer': Buffer.concat([bytes, bytes]).subarray(bytes.length),
    arrayBuffer: Uint8Array.from(bytes).buffer,
    blob: new Blob([bytes]),
    sharp: sharp(path),
    'sharp of pixels': sharp(expected.data, {
      raw: { width: expected.width, height: expected.height, channels: 3 },
    }),
    pixels: { width: expected.width, height: expected.height, data: expected.data },
  }
  for (const [name, input] of Object.entries(inputs)) assert.deepEqual(await loadRgb(input), expected, name)
})

test('a sharp instance gives what it would write, upright and without alpha', async () => {
  const turned = picture('orientation-6.png')
  assert.deepEqual(await loadRgb(sharp(fileURLToPath(turned))), await loadRgb(turned))
  const half = await loadRgb(sharp(fileURLToPath(picture('rgba.png'))).resize(20, 10))
  assert.deepEqual([half.width, half.height, half.data.length], [20, 10, 600])
  const grey = await loadRgb(sharp(fileURLToPath(picture('rgb.png'))).greyscale())
  assert.deepEqual([grey.width, grey.height, grey.data.length], [47, 35, 47 * 35 * 3])
})

test('a sharp instance that gives no picture says why', async () => {
  await assert.rejects(loadRgb(sharp('/nowhere/at-all.png')), { name: 'ImageError', code: 'NOT_FOUND' })
  await assert.rejects(loadRgb(sharp(Buffer.from('no picture'))), {
    name: 'ImageError',
    code: 'NOT_AN_IMAGE',
  })
  await assert.rejects(loadRgb(sharp(cut('rgb.png', 0.5))), { name: 'ImageError', code: 'DAMAGED' })
  const large = sharp({ create: { width: 15_000, height: 15_000, channels: 3, background: 'red' } })
  await assert.rejects(loadRgb(large), { name: 'ImageError', code: 'TOO_LARGE', message: /15000 x 15000/ })
})

for (const name of [
  'rgb.png',
  'chroma-halved.jpg',
  'progressive.jpg',
  'lossy.webp',
  'lzw.tif',
  'grey-16.tif',
  'palette.gif',
  'interlaced.gif',
  'chroma-whole.avif',
]) {
  test(`${name} cut short is refused wherever the cut is`, async () => {
    for (const share of [0.3, 0.6, 0.9]) {
      await assert.rejects(loadRgb(cut(name, share)), {
        name: 'ImageError',
        code: 'DAMAGED',
        message: /the image buffer .*(cut short|damaged)/,
      })
    }
  })
}

test('a GIF whose codes end or go wrong before its last pixel is refused', async () => {
  const whole = readFileSync(picture('palette.gif'))
  const data = whole.indexOf(0x2c, 13 + 3 * 64) + 10
  const endsAtOnce = Buffer.from(whole)
  endsAtOnce[data] = 7 // codes of 8 bits
  endsAtOnce.set([0x80, 0x81], data + 2) // clear, end
  const unknownCode = Buffer.from(whole)
  unknownCode.fill(0xff, data + 3, data + 40)
  for (const bytes of [endsAtOnce, unknownCode])
    await assert.rejects(loadRgb(bytes), { code: 'DAMAGED', message: /Expected a whole GIF/ })
})

test('nothing is not a picture', async () => {
  const message = /the image buffer is empty|the data URL is empty|the Blob is empty/
  for (const input of [new Uint8Array(), new ArrayBuffer(), new Blob([]), 'data:image/png;base64,'])
    await assert.rejects(loadRgb(input), { name: 'ImageError', code: 'EMPTY', message })
})

test('other files are no pictures, those that sharp could read included', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
  for (const text of [
    svg,
    `<?xml version="1.0"?>${svg}`,
    '%PDF-1.7',
    '<!DOCTYPE html>',
    'BM',
    'RIFF1234WAVE',
  ])
    await assert.rejects(loadRgb(Buffer.from(text)), {
      name: 'ImageError',
      code: 'NOT_AN_IMAGE',
      message: /Expected a picture in PNG, JPEG, WebP, GIF, TIFF or AVIF, but the image buffer starts with "/,
    })
})

test('colours that Pillow cannot turn into RGB either are named', async () => {
  const lab = await sharp(fileURLToPath(picture('rgb.png')))
    .toColourspace('lab')
    .tiff({ compression: 'none' })
    .toBuffer()
  await assert.rejects(loadRgb(lab), {
    code: 'NOT_AN_IMAGE',
    message: /of the image buffer are of the kind lab/,
  })
})

test('a path that leads to no file is named', async () => {
  await assert.rejects(loadRgb('nowhere/at-all.png'), {
    name: 'ImageError',
    code: 'NOT_FOUND',
    message: /'nowhere\/at-all.png'.*ENOENT/,
  })
  await assert.rejects(loadRgb(tmpdir()), { code: 'NOT_AN_IMAGE', message: /is a folder/ })
})

test('a pipe is not waited for', { skip: process.platform === 'win32' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const pipe = join(folder, 'pipe.png')
  execFileSync('mkfifo', [pipe])
  await assert.rejects(loadRgb(pipe), { code: 'NOT_AN_IMAGE', message: /no regular file/ })
})

test('a picture of too many pixels is refused by its header alone', async () => {
  for (const [width, height] of [
    [20_000, 20_000],
    [1_000_001, 1],
  ] as const)
    await assert.rejects(loadRgb(pngHeader(width, height)), {
      name: 'ImageError',
      code: 'TOO_LARGE',
      message: new RegExp(`at most 178956970 pixels .* ${width} x ${height}`),
    })
  const gif = Buffer.from(readFileSync(picture('palette.gif')))
  gif.writeUInt16LE(65535, 6)
  gif.writeUInt16LE(65535, 8)
  await assert.rejects(loadRgb(gif), { code: 'TOO_LARGE', message: /65535 x 65535/ })
})

test('a lower bound of pixels holds for files, pixels and sharp instances', async () => {
  const file = readFileSync(picture('rgb.png'))
  const rgb = await loadRgb(file, { maxPixels: 47 * 35 })
  for (const input of [file, readFileSync(picture('palette.gif')), rgb, sharp(file)])
    await assert.rejects(loadRgb(input, { maxPixels: 200 }), {
      code: 'TOO_LARGE',
      message: /at most 200 pixels/,
    })
  for (const maxPixels of [0, 1.5, NaN, Infinity])
    await assert.rejects(
      loadRgb(file, { maxPixels }),
      /^RangeError: Expected integer from 1 to 178956970 for maxPixels/,
    )
})

test('a file that is too large is not read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'large-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const file = join(folder, 'large.png')
  writeFileSync(file, '')
  truncateSync(file, 600e6)
  await assert.rejects(loadRgb(file), {
    code: 'TOO_LARGE',
    message: /at most 536870910 bytes.* 600000000 bytes/,
  })
})

test('what cannot be a picture is a TypeError', async () => {
  for (const input of [null, undefined, 7, {}, [], new Float32Array(3)])
    await assert.rejects(loadRgb(input as never), {
      name: 'TypeError',
      message: /Expected a path, a URL, the bytes/,
    })
  await assert.rejects(loadRgb(new URL('ftp://example.org/a.png')), {
    name: 'TypeError',
    message: /http, https, file or data/,
  })
  await assert.rejects(loadRgb('http://'), { name: 'TypeError', message: /no valid URL/ })
})

test('pixels have to fit their size', async () => {
  const data = new Uint8Array(12)
  await assert.rejects(loadRgb({ width: 2, height: 3, data }), {
    name: 'RangeError',
    message: /18 bytes .* received 12/,
  })
  await assert.rejects(loadRgb({ width: 0, height: 3, data }), {
    name: 'RangeError',
    message: /integer from 1/,
  })
  await assert.rejects(loadRgb({ width: 20_000, height: 20_000, data }), { code: 'TOO_LARGE' })
  await assert.rejects(loadRgb({ width: 2, height: 2, data: [...data] } as never), {
    name: 'TypeError',
    message: /Uint8Array/,
  })
})

test('a picture is fetched from a server, through redirects', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/rgb.png' }).end()
    else response.end(readFileSync(picture('rgb.png')))
  })
  assert.deepEqual(await loadRgb(`${server}/moved`), await loadRgb(picture('rgb.png')))
})

test('a server without the picture is named, the secret parts of the address are not', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url?.startsWith('/cut')) {
      response.writeHead(200, { 'content-length': 1000 }).write('half')
      response.destroy()
    } else if (request.url?.startsWith('/large')) response.writeHead(200, { 'content-length': 6e8 }).end()
    else response.writeHead(404).end()
  })
  const address = `${server}/a.png`
  await assert.rejects(loadRgb(`${address}?token=secret`), {
    name: 'ImageError',
    code: 'FETCH_FAILED',
    message: `Expected a picture at ${address}, but the server answers 404 Not Found`,
  })
  await assert.rejects(loadRgb(`${server}/cut`), { code: 'FETCH_FAILED' })
  await assert.rejects(loadRgb(`${server}/large`), { code: 'TOO_LARGE' })
  await assert.rejects(loadRgb('http://127.0.0.1:1/a.png'), {
    code: 'FETCH_FAILED',
    message: /127.0.0.1:1\/a.png/,
  })
})

test('a signal ends the reading with its own reason', async (t) => {
  const reason = new Error('enough')
  await assert.rejects(loadRgb(picture('rgb.png'), { signal: AbortSignal.abort(reason) }), reason)
  const controller = new AbortController()
  const server = await serve(t, () => {
    controller.abort(reason)
  })
  await assert.rejects(loadRgb(`${server}/silent`, { signal: controller.signal }), reason)
})

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)
}

function cut(name: string, share: number): Buffer {
  const whole = readFileSync(picture(name))
  return whole.subarray(0, Math.floor(whole.length * share))
}

/** A PNG that announces a size and then has nothing. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = Buffer.from('\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\x02\0\0\0\0\0\0\0', 'latin1')
  chunk.writeUInt32BE(width, 8)
  chunk.writeUInt32BE(height, 12)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 21)), 21)
  const data = Buffer.from('\0\0\0\0IDAT\x35\xaf\x06\x1e', 'latin1')
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk, data])
}

/** The address of a server of this machine that lives as long as a test. */
async function serve(t: { after(end: () => void): void }, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
