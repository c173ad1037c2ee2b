import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import sharp from 'sharp'
import { embedPicture } from '../../src/plot/picture.ts'

const path = (name: string): string => fileURLToPath(new URL(`../goldens/images/${name}`, import.meta.url))

async function embedded(href: string): Promise<{ format: string; width: number; height: number }> {
  const { format, width, height } = await sharp(
    Buffer.from(href.slice(href.indexOf(',') + 1), 'base64'),
  ).metadata()
  return { format, width, height }
}

test('a large photograph is embedded as JPEG in the size in which it is shown', async () => {
  const { href, shown, frame, own } = await embedPicture(path('snowman.png'))
  assert.deepEqual(own, { width: 1024, height: 1024 })
  assert.deepEqual(shown, { x: 0, y: 0, width: 640, height: 640 })
  assert.deepEqual(frame, { width: 640, height: 640 })
  assert.deepEqual(await embedded(href), { format: 'jpeg', width: 640, height: 640 })
})

test('a drawing is embedded as PNG, every pixel as it was, and shown in its own size', async () => {
  const scene = fileURLToPath(new URL('../../data/scenes/four.png', import.meta.url))
  const { href, shown } = await embedPicture(scene)
  assert.deepEqual(shown, { x: 0, y: 0, width: 480, height: 480 })
  assert.deepEqual(await embedded(href), { format: 'png', width: 480, height: 480 })
  const bytes = Buffer.from(href.slice(href.indexOf(',') + 1), 'base64')
  assert.deepEqual(await sharp(bytes).raw().toBuffer(), await sharp(scene).removeAlpha().raw().toBuffer())
})

test('a small picture is shown larger but embedded as it is, unless a width is asked for', async () => {
  const small = await sharp({ create: { width: 128, height: 96, channels: 3, background: '#123456' } })
    .png()
    .toBuffer()
  const { href, shown } = await embedPicture(small)
  assert.deepEqual(shown, { x: 0, y: 0, width: 320, height: 240 })
  assert.deepEqual(await embedded(href), { format: 'png', width: 128, height: 96 })
  assert.deepEqual((await embedPicture(small, { width: 200 })).shown, { x: 0, y: 0, width: 200, height: 150 })
})

test('a very high picture is centred in a frame of at most 5 : 4, a very flat one in the height asked for', async () => {
  const high = await sharp({ create: { width: 10, height: 1000, channels: 3, background: '#fff' } })
    .png()
    .toBuffer()
  const { frame, shown } = await embedPicture(high)
  assert.deepEqual(frame, { width: 320, height: 400 })
  assert.deepEqual(shown, { x: 158, y: 0, width: 4, height: 400 })
  const flat = await sharp({ create: { width: 1000, height: 10, channels: 3, background: '#fff' } })
    .png()
    .toBuffer()
  assert.deepEqual((await embedPicture(flat, { minimumHeight: 96 })).shown, {
    x: 0,
    y: 45,
    width: 640,
    height: 6,
  })
})

test('EXIF orientation is applied before anything is measured', async () => {
  const turned = await sharp(path('two_dogs.jpg'))
    .resize(200, 100, { fit: 'fill' })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const { own, shown } = await embedPicture(turned)
  assert.deepEqual(own, { width: 100, height: 200 })
  assert.deepEqual([shown.width, shown.height], [200, 400])
})

test('the hash is of the pixels: equal for two files of one picture, different for another', async () => {
  const png = await sharp(path('two_dogs.jpg')).png().toBuffer()
  const hashes = await Promise.all(
    [path('two_dogs.jpg'), png, path('snowman.png')].map((image) => embedPicture(image)),
  )
  assert.equal(hashes[0]!.pixelHash, hashes[1]!.pixelHash)
  assert.notEqual(hashes[0]!.pixelHash, hashes[2]!.pixelHash)
})
