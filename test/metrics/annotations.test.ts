// Readers of published annotations, on small files in their formats: good ones, and ones that are not what they should be.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readCocoInstances } from '../../src/metrics/coco.ts'
import { parseFlickr30kAnnotation, parseFlickr30kSentences } from '../../src/metrics/flickr30k-entities.ts'
import { readFlickr30kPhrases, readFlickr30kSplit } from '../../src/metrics/flickr30k-folder.ts'
import { readRefCoco } from '../../src/metrics/refcoco.ts'
import { temporaryFolder } from '../cli/run-command.ts'

const instances = {
  images: [
    { id: 7, file_name: 'COCO_train2014_000000000007.jpg', width: 200, height: 100, license: 1 },
    { id: 8, file_name: '../../secret.jpg', width: 200, height: 100 },
  ],
  categories: [{ id: 18, name: 'dog', supercategory: 'animal' }],
  annotations: [
    { id: 1, image_id: 7, category_id: 18, bbox: [20, 10, 100, 50.5], iscrowd: 0 },
    { id: 2, image_id: 7, category_id: 18, bbox: [150, 0, 50.4, 100] },
    { id: 3, image_id: 7, category_id: 18, bbox: [150, 0, 0, 100] },
    { id: 4, image_id: 7, category_id: 18, bbox: [150, 0, 90, 100] },
    { id: 5, image_id: 9, category_id: 18, bbox: [0, 0, 1, 1] },
    { id: 1, image_id: 7, category_id: 18, bbox: [0, 0, 1, 1] },
  ],
}
const sentence = (sent: string): object => ({ sent, raw: sent, sent_id: 0, tokens: sent.split(' ') })
const refs = [
  {
    ref_id: 0,
    ann_id: 1,
    image_id: 7,
    split: 'testA',
    sentences: [sentence('left dog'), sentence('big dog')],
  },
  { ref_id: 1, ann_id: 2, image_id: 7, split: 'testB', sentences: [sentence('right dog')] },
  { ref_id: 2, ann_id: 99, image_id: 7, split: 'testA', sentences: [sentence('dog')] },
]

async function write(t: TestContext, files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

test('COCO boxes become fractions, cut at the border; entries that are damaged are named and left out', async (t) => {
  const folder = await write(t, { 'instances.json': instances })
  const { images, annotations, faults } = await readCocoInstances(join(folder, 'instances.json'))
  assert.deepEqual([...images.keys()], [7])
  assert.deepEqual(
    [...annotations.values()],
    [
      { id: 1, image_id: 7, name: 'dog', box: [0.1, 0.1, 0.6, 0.605] },
      { id: 2, image_id: 7, name: 'dog', box: [0.75, 0, 1, 1] },
    ],
  )
  assert.deepEqual(
    faults.map(({ message }) => message.replace(folder, '')),
    [
      "/instances.json: images[1].file_name: expected the name of a file inside the folder but found '../../secret.jpg'",
      '/instances.json: annotations[2].bbox: expected a box [x, y, width, height] inside the picture of 200 x 100 pixels but found [ 150, 0, 0, 100 ]',
      '/instances.json: annotations[3].bbox: expected a box [x, y, width, height] inside the picture of 200 x 100 pixels but found [ 150, 0, 90, 100 ]',
      '/instances.json: annotations[4].image_id: expected the id of a picture of this file but found 9',
      '/instances.json: annotations: expected one entry an id but found several for 1',
    ],
  )
})

test('RefCOCO gives the expressions of a split with the box of their thing', async (t) => {
  const folder = await write(t, { 'instances.json': instances, 'refs(unc).json': refs })
  const read = (split: string): ReturnType<typeof readRefCoco> =>
    readRefCoco(join(folder, 'refs(unc).json'), join(folder, 'instances.json'), split)
  const { references, faults } = await read('testA')
  assert.deepEqual(references, [
    {
      ref_id: 0,
      image: { id: 7, file_name: 'COCO_train2014_000000000007.jpg', width: 200, height: 100 },
      name: 'dog',
      box: [0.1, 0.1, 0.6, 0.605],
      expressions: ['left dog', 'big dog'],
    },
  ])
  assert.equal(faults.length, 1)
  assert.match(
    faults[0]!.message,
    /refs\(unc\)\.json\[2\]\.ann_id: expected the id of a sound annotation .* found 99/,
  )
  await assert.rejects(read('val'), /references of the split val, but its splits are testA, testB/)
})

test('files that are missing or no JSON are refused with their name', async (t) => {
  const folder = await write(t, { 'instances.json': '{ "images": [' })
  await assert.rejects(readCocoInstances(join(folder, 'instances.json')), /instances\.json: not valid JSON/)
  await assert.rejects(readCocoInstances(join(folder, 'none.json')), /Cannot read .*none\.json/)
})

const line =
  '[/EN#283585/people Two young guys] with [/EN#0/notvisual shaggy hair] look at [/EN#283587/bodyparts/other their hands] .'
const object = (names: string, rest: string): string => `<object>${names}${rest}</object>`
const box = (...corners: number[]): string =>
  `<bndbox>${['xmin', 'ymin', 'xmax', 'ymax'].map((name, i) => `<${name}>${corners[i]!}</${name}>`).join('')}</bndbox>`
const xml = (objects: string): string =>
  `<annotation><filename>1.jpg</filename><size><width>500</width><height>375</height><depth>3</depth></size>${objects}</annotation>`

test('captions of Flickr30k Entities give phrases with the words before them', () => {
  assert.deepEqual(parseFlickr30kSentences(`${line}\r\n\n`, '1.txt'), [
    {
      text: 'Two young guys with shaggy hair look at their hands .',
      phrases: [
        { id: '283585', types: ['people'], text: 'Two young guys', before: '' },
        { id: '0', types: ['notvisual'], text: 'shaggy hair', before: 'Two young guys with' },
        {
          id: '283587',
          types: ['bodyparts', 'other'],
          text: 'their hands',
          before: 'Two young guys with shaggy hair look at',
        },
      ],
    },
  ])
  assert.throws(
    () => parseFlickr30kSentences('A dog\n[/EN#1/animals a dog', '1.txt'),
    /1\.txt: line 2: expected phrases as \[\/EN#id\/type words\]/,
  )
})

test('boxes of Flickr30k Entities are gathered by entity', async () => {
  const objects =
    object('<name>283585</name>', box(11, 21, 101, 201)) +
    object('<name>283585</name><name>283587</name>', box(201, 21, 301, 201)) +
    object('<name>5</name>', '<scene>1</scene><nobndbox>0</nobndbox>')
  const { size, boxes } = await parseFlickr30kAnnotation(xml(objects), '1.xml')
  assert.deepEqual(size, { width: 500, height: 375 })
  assert.deepEqual(
    [...boxes],
    [
      [
        '283585',
        [
          [11, 21, 101, 201],
          [201, 21, 301, 201],
        ],
      ],
      ['283587', [[201, 21, 301, 201]]],
    ],
  )
})

test('XML that is broken, of another kind, or with a box that is none, is refused with its name', async () => {
  const parse = (text: string): Promise<unknown> => parseFlickr30kAnnotation(text, '1.xml')
  await assert.rejects(parse(xml('').slice(0, -5)), /1\.xml: not valid XML/)
  await assert.rejects(parse('<html/>'), /1\.xml: expected an <annotation> but found '<html>'/)
  await assert.rejects(
    parse(xml(object('<name>1</name>', box(1, 1, 1, 9)))),
    /<bndbox>: expected xmin < xmax, ymin < ymax, inside 500 x 375 but found \[ 1, 1, 1, 9 \]/,
  )
  await assert.rejects(
    parse(xml(object('<name>1</name>', box(600, 1, 620, 9)))),
    /found \[ 600, 1, 620, 9 \]/,
  )
  await assert.rejects(
    parse(xml(object('<name>1</name>', '<bndbox></bndbox>'))),
    /expected <xmin> in <bndbox>/,
  )
  const huge = xml('').replace('500', '9'.repeat(400))
  await assert.rejects(parse(huge), /<width>: expected a whole number of pixels/)
})

test('a split of Flickr30k Entities gives the phrases that have boxes', async (t) => {
  const folder = await write(t, {
    'test.txt': '1\n',
    'val.txt': '../1\n',
    'Sentences/1.txt': line,
    'Annotations/1.xml': xml(object('<name>283587</name>', box(11, 21, 101, 201))),
  })
  assert.deepEqual(await readFlickr30kSplit(folder, 'test'), ['1'])
  await assert.rejects(readFlickr30kSplit(folder, 'val'), /val\.txt: expected the id of a picture a line/)
  const phrases = await readFlickr30kPhrases(folder, '1')
  assert.deepEqual(
    phrases.map(({ text, boxes }) => [text, boxes]),
    [['their hands', [[11, 21, 101, 201]]]],
  )
  await assert.rejects(readFlickr30kPhrases(folder, '2'), /Cannot read .*2\.txt/)
})
