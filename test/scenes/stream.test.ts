// The packed stream: what comes out of it is what went in, in the ids of the library's own processor.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { drawForModel } from '../../scripts/scenes/draw.ts'
import { randomOf } from '../../scripts/scenes/random.ts'
import { FORMAT, IMAGE_SIZE, pack, type PackedScene } from '../../scripts/scenes/record.ts'
import { createScene, TRAINING_COUNTS } from '../../scripts/scenes/scene.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { TRAINED_STYLES } from '../../scripts/scenes/styles.ts'
import { heldOutSegments } from '../../scripts/scenes/texts/held-out-mix.ts'
import { viewOf } from '../../scripts/scenes/texts/segment.ts'
import { KINDS } from '../../scripts/scenes/things.ts'
import { readTokens } from '../../scripts/scenes/tokens.ts'
import { createVocabulary } from '../../scripts/scenes/words.ts'
import { Kosmos2Processor } from '../../src/text/processor.ts'
import { writeVocabularyFolder } from './vocabulary-folder.ts'

const STREAM = fileURLToPath(new URL('../../scripts/scenes/stream.ts', import.meta.url))
const sprites = await readSprites(TRAINED_STYLES)
const folder = await writeVocabularyFolder()
after(() => rm(folder, { recursive: true }))

test('records come back as the scenes of their seeds: header, texts, corners and pixels', async () => {
  const options = ['--first', '1000000', '--count', '3', '--vocabulary', folder]
  const { stdout, status, stderr } = spawnSync(process.execPath, [STREAM, ...options], { maxBuffer: 2 ** 24 })
  assert.equal(status, 0, stderr.toString())
  let at = 0
  const take = (length: number): Buffer => stdout.subarray(at, (at += length))
  const json = (): unknown => JSON.parse(take(take(4).readUInt32LE()).toString())
  assert.deepEqual(json(), {
    format: FORMAT,
    image_size: IMAGE_SIZE,
    things: KINDS.map(({ name }) => name),
    plurals: KINDS.map(({ plural }) => plural),
    words: createVocabulary().words,
    firstSeed: 1_000_000,
  })
  for (let seed = 1_000_000; seed < 1_000_003; seed++) {
    const scene = createScene(seed, sprites, TRAINING_COUNTS)
    const packed = json() as PackedScene
    assert.equal(packed.seed, seed)
    assert.deepEqual(
      packed.things.map(({ name_id: id }) => KINDS[id]!.name),
      scene.things.map(({ name }) => name),
    )
    assert.deepEqual(take(3 * IMAGE_SIZE ** 2), Buffer.from(await drawForModel(scene, sprites, IMAGE_SIZE)))
  }
  assert.equal(at, stdout.length)
})

test('of every two scenes one is a collage if asked for: full of boxes, and without texts', () => {
  const options = ['--first', '1000000', '--count', '80', '--vocabulary', folder, '--collages', '2']
  const { stdout, status, stderr } = spawnSync(process.execPath, [STREAM, ...options], { maxBuffer: 2 ** 24 })
  assert.equal(status, 0, stderr.toString())
  let at = 4 + stdout.readUInt32LE()
  let things = 0
  for (let seed = 1_000_000; seed < 1_000_080; seed++) {
    const length = stdout.readUInt32LE(at)
    const packed = JSON.parse(stdout.subarray(at + 4, at + 4 + length).toString()) as PackedScene
    at += 4 + length + 3 * IMAGE_SIZE ** 2
    if (seed % 2 !== 0) {
      assert.ok(packed.segments.length > 0)
      continue
    }
    assert.deepEqual(packed.segments, [])
    for (const { box } of packed.things) {
      const [x1, y1, x2, y2] = box as [number, number, number, number]
      assert.ok(0 <= x1 && x1 < x2 && x2 <= 1 && 0 <= y1 && y1 < y2 && y2 <= 1, box.join())
    }
    things += packed.things.length
  }
  assert.equal(at, stdout.length)
  assert.ok(things / 40 > 10, String(things))
})

test('ids are those of the processor, texts come back from them, and corners lie in the cells that stand for them', async () => {
  const tokens = await readTokens(folder)
  const processor = await Kosmos2Processor.from_pretrained(folder)
  const firstPatch = processor.tokenizer.convert_tokens_to_ids('<patch_index_0000>')
  for (let seed = 4_000_000; seed < 4_000_030; seed++)
    for (const segment of heldOutSegments(viewOf(createScene(seed, sprites)), randomOf(seed))) {
      const { ids, answer, corners } = pack(segment, tokens)
      const text = { text: segment.prompt, return_tensors: null, add_eos_token: false } as const
      const [begin, ...prompt] = (await processor.call(text)).input_ids as number[]
      assert.equal(begin, 0)
      assert.deepEqual(ids.slice(0, answer), prompt, segment.prompt)
      const decoded = processor.batch_decode([ids], { skip_special_tokens: true })[0]!
      const read = processor.post_process_generation(`</image>${decoded}`, { cleanup_and_extract: false })
      assert.equal(squeezed(read), squeezed(segment.prompt + segment.answer))
      assert.equal(corners.length, 2 * segment.boxes.length)
      for (const [i, [index, x, y]] of corners.entries()) {
        const cell = i % 2 === 0 ? Math.floor : (value: number): number => Math.ceil(value - 1)
        assert.equal(ids[index]! - firstPatch, cell(y * 32) * 32 + cell(x * 32), segment.answer)
      }
    }
})

/** A text without the spaces around its tags, which the tokenizer does not keep. */
const squeezed = (text: unknown): string =>
  String(text)
    .trim()
    .replace(/\s*(<[^<>]+>)\s*/g, '$1')

test('held-out seeds are refused, and so are options that do not fit', () => {
  const refused = (...options: string[]): string => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [STREAM, ...options], { encoding: 'utf8' })
    assert.equal(status, 1)
    assert.equal(stdout, '')
    return stderr
  }
  assert.match(
    refused('--first', '0', '--vocabulary', folder),
    /Expected integers from 1000000 to 4294967295/,
  )
  assert.match(refused('--first', '4294967295', '--count', '2', '--vocabulary', folder), /4294967296/)
  assert.match(refused('--first', '1000000', '--vocabulary', folder, '--validation'), /from 1000 to 1999/)
  assert.match(refused('--first', '-1', '--vocabulary', folder), /--first/)
  assert.match(refused('--first', '1000000'), /Expected --first SEED and --vocabulary PATH/)
  assert.match(
    refused('--first', '1000000', '--vocabulary', folder, '--styles', 'oil'),
    /Expected --styles of fluent-flat/,
  )
  const noJson = fileURLToPath(new URL('../../models/kosmos2-tiny/README.md', import.meta.url))
  assert.match(refused('--first', '1000000', '--vocabulary', noJson), /Expected .*README.md to be JSON/)
  const old = fileURLToPath(new URL('../../models/kosmos2-tiny/config.json', import.meta.url))
  assert.match(refused('--first', '1000000', '--vocabulary', old), /to have a unigram vocabulary/)
})

test('a stream without end stops when its reader goes away, or when it is told to', async () => {
  const options = [STREAM, '--first', '1000000', '--vocabulary', folder]
  const left = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(left.stdout, 'data')
  left.stdout.destroy()
  assert.deepEqual(await once(left, 'exit'), [0, null])
  const told = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(told.stdout, 'data')
  told.kill('SIGTERM')
  assert.deepEqual(await once(told, 'exit'), [0, null])
})
