// `kosmos2 caption` and `kosmos2 ground` on the embedded model, held against what transformers answered.
import assert from 'node:assert/strict'
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Entity } from '../../src/text/post-process.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { runCommand, scene, temporaryFolder, tiny } from './run-command.ts'

const goldens = readTinyGolden().scenes

/** What transformers answered about a scene, for the prompt that begins so. */
function golden(file: string, prompt: string) {
  const asked = goldens.find((one) => one.file === file)?.asked
  const answer = asked?.find((one) => one.prompt.trim().startsWith(prompt))
  assert.ok(answer !== undefined)
  return answer
}

/** The line of JSON for a scene of 480 x 480 pixels. */
function expectedLine(image: string, file: string, prompt: string): object {
  const { caption, entities, raw } = golden(file, prompt)
  return {
    image,
    width: 480,
    height: 480,
    text: caption,
    entities: entities.map(([phrase, span, boxes]) => ({
      phrase,
      span,
      pixels: boxes.map((box) => box.map((side) => Math.round(side * 480))),
      fractions: boxes,
    })),
    raw,
  }
}

/** The table of boxes in a scene of 480 x 480 pixels. */
function boxTable(entities: readonly Entity[]): string {
  const names = ['phrase', ...entities.map(([name]) => name)]
  const widest = Math.max(...names.map((name) => name.length))
  const boxes = entities.map(([, , boxes]) =>
    boxes.map((box) => box.map((side) => Math.round(side * 480)).join(', ')).join('; '),
  )
  return ['box in pixels of 480 x 480: x1, y1, x2, y2', ...boxes]
    .map((cell, row) => `  ${names[row]!.padEnd(widest)}   ${cell}\n`)
    .join('')
}

const parseLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

test('caption --json gives a line for each picture of a folder, as transformers answered, and one for what is none', async (t) => {
  const folder = await temporaryFolder(t)
  const pictures = join(folder, 'pictures')
  await mkdir(join(pictures, 'deeper.png'), { recursive: true })
  for (const file of ['twins.png', 'one.png']) await cp(scene(file), join(pictures, file))
  await writeFile(join(pictures, 'broken.JPG'), 'no picture')
  await writeFile(join(pictures, 'notes.txt'), 'no picture either')
  await writeFile(join(pictures, '.hidden.png'), '')

  const svg = join(folder, 'svg')
  const args = ['caption', pictures, scene('pair.png'), '--model', tiny, '--json', '--svg', svg]
  const { status, stdout, stderr } = await runCommand(args)
  const [broken, ...lines] = parseLines(stdout)
  const at = (file: string): string => join(pictures, file)
  const withSvg = (line: object, name: string): object => ({ ...line, svg: join(svg, name) })
  const prompt = '<grounding> An image of'
  assert.deepEqual(lines, [
    withSvg(expectedLine(at('one.png'), 'one.png', prompt), 'one.svg'),
    withSvg(expectedLine(at('twins.png'), 'twins.png', prompt), 'twins.svg'),
    withSvg(expectedLine(scene('pair.png'), 'pair.png', prompt), 'pair.svg'),
  ])
  assert.deepEqual(broken, {
    image: at('broken.JPG'),
    error: {
      name: 'ImageError',
      code: 'NOT_AN_IMAGE',
      message: (broken as { error: { message: string } }).error.message,
    },
  })
  assert.match(stderr, /^kosmos2: .*broken\.JPG: Expected a picture in PNG, JPEG/)
  assert.equal(status, 1)
  assert.deepEqual((await readdir(svg)).sort(), ['one.svg', 'pair.svg', 'twins.svg'])
  assert.match(await readFile(join(svg, 'twins.svg'), 'utf8'), /^<svg[^]*another balloon[^]*<\/svg>\s*$/)
})

test('caption of standard input prints text and boxes in pixels; --detail and --no-grounding change the question', async () => {
  const picture = await readFile(scene('pair.png'))
  const environment = { KOSMOS2_MODEL: tiny }
  const [brief, detailed, plain] = await Promise.all([
    runCommand(['caption', '-'], picture, environment),
    runCommand(['caption', '-', '-m', tiny, '--detail', '--num-beams', '1', '--quiet'], picture),
    runCommand(['caption', '-', '--no-grounding', '--max-new-tokens', '3'], picture, environment),
  ])
  const { caption, entities } = golden('pair.png', '<grounding> An image of')
  assert.deepEqual(brief, {
    status: 0,
    signal: null,
    stdout: `${caption}\n\n${boxTable(entities)}`,
    stderr: '',
  })
  const description = golden('pair.png', '<grounding> Describe this image in detail:').caption
  assert.equal(detailed.stdout.split('\n')[0], description)
  const words = golden('pair.png', 'An image of').caption.split(' ').slice(0, 6)
  assert.equal(plain.stdout, `${words.join(' ')}\n`)
})

test('ground gives the boxes of each phrase, as text in one table and as a line of JSON each', async (t) => {
  const folder = await temporaryFolder(t)
  const svg = join(folder, 'found.svg')
  const [one, other] = golden('pair.png', '<grounding> An image of').entities.map(([name]) => name)
  const args = ['ground', scene('pair.png'), one!, other!, '-m', tiny]
  const [text, json] = await Promise.all([
    runCommand([...args, '--svg', svg]),
    runCommand([...args, '--json']),
  ])
  const [first, second] = parseLines(json.stdout) as { phrase: string; entities: { pixels: number[][] }[] }[]
  assert.deepEqual(first, {
    ...expectedLine(scene('pair.png'), 'pair.png', `<grounding><phrase> ${one!}</phrase>`),
    phrase: one,
  })
  assert.equal(second!.phrase, other)
  const boxes = [first, second!].map(({ phrase, entities }): Entity => {
    const fractions = entities[0]!.pixels.map((box) => box.map((pixel) => pixel / 480))
    return [phrase, [0, 0], fractions as Entity[2]]
  })
  assert.equal(text.stdout, boxTable(boxes))
  assert.match(await readFile(svg, 'utf8'), new RegExp(`${one!}[^]*${other!}`))
  assert.equal(json.status, 0)
})
