// `npm run evaluate` from its command line to its figures, on scenes whose answers are known.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import sharp from 'sharp'
import type { Run } from '../../scripts/evaluate/report.ts'
import { type Ended, root, type Running, scene, temporaryFolder, tiny } from '../cli/run-command.ts'
import { readTinyGolden } from '../tiny-golden.ts'

/** Runs `npm run evaluate -- ARGS...`, without npm. */
const evaluate = (...args: string[]): Promise<Ended> => start(args).ended

function start(args: readonly string[]): Running {
  const child = spawn(process.execPath, [join(root, 'scripts', 'evaluate.ts'), ...args], { cwd: root })
  const [stdout, stderr]: [string[], string[]] = [[], []]
  child.stdout.on('data', (data: Buffer) => stdout.push(data.toString()))
  child.stderr.on('data', (data: Buffer) => stderr.push(data.toString()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout: stdout.join(''), stderr: stderr.join('') })
    })
  })
  return { process: child, ended }
}

const SIDE = 480
const scenes = readTinyGolden().scenes.filter(({ file }) =>
  ['one.png', 'pair.png', 'twins.png'].includes(file),
)

/** The three scenes as a folder of scenes, with what transformers answered as the right answers. */
async function writeScenes(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t)
  const things = scenes.flatMap(({ objects }, image) =>
    objects.map(({ name, box: [x1, y1, x2, y2] }) => ({
      image_id: image,
      name,
      bbox: [x1, y1, x2 - x1, y2 - y1].map((fraction) => fraction * SIDE),
    })),
  )
  const names = [...new Set(things.map(({ name }) => name))]
  const annotations = things.map(({ name, ...rest }, id) => ({
    id,
    category_id: names.indexOf(name),
    ...rest,
  }))
  const questions = scenes.flatMap(({ asked }, image_id) => {
    const own = annotations.filter((one) => one.image_id === image_id).map(({ id }) => id)
    const ask = (start: string, task: string, annotation_ids: readonly number[], kind?: string): object => {
      const { prompt, raw } = asked.find((one) => one.prompt.trim().startsWith(start))!
      return {
        image_id,
        task,
        kind,
        prompt: prompt.trim(),
        answer: raw.split(prompt.trim())[1],
        annotation_ids,
      }
    }
    return [
      ask('<grounding> An image of', 'caption', own),
      ask('<grounding><phrase> It', 'naming', []),
      ask('<grounding> Question: How many', 'question', [], 'howMany'),
      // Of two balloons it finds one; that the right one is both is for the figures to say.
      ask('<grounding><phrase> a', 'groundingMany', own),
      {
        image_id,
        task: 'absentGrounding',
        // It is there: the right answer of this question is a wrong one.
        prompt: asked.find(({ prompt }) => prompt.startsWith('<grounding><phrase> a'))!.prompt,
        answer: ' is not in the picture.',
        annotation_ids: [],
      },
    ]
  })
  for (const { file } of scenes) await copyFile(scene(file), join(folder, file))
  const images = scenes.map(({ file }, id) => ({ id, file_name: file, width: SIDE, height: SIDE }))
  const categories = names.map((name, id) => ({ id, name }))
  await writeFile(join(folder, 'annotations.json'), JSON.stringify({ images, categories, annotations }))
  await writeFile(join(folder, 'questions.json'), JSON.stringify({ questions }))
  return folder
}

async function readRuns(path: string): Promise<Run[]> {
  return (JSON.parse(await readFile(path, 'utf8')) as { runs: Run[] }).runs
}
function figure(
  run: Run,
  task: string,
  name: string,
  kind?: string,
): { value: number | null; cases: number } {
  const figures = run.tasks.find((one) => one.task === task)?.figures
  const found = figures?.find((one) => one.name === name && one.kind === kind)
  assert.ok(found, `${task}, ${name}, ${kind}`)
  return { value: found.value, cases: found.cases }
}

test('scenes whose answers are the model’s own get full marks; what it does not know gets none', async (t) => {
  const folder = await writeScenes(t)
  const [json, pictures] = [join(folder, 'figures.json'), join(folder, 'worst')]
  const { status, stdout, stderr } = await evaluate(
    '--scenes',
    folder,
    '--json',
    json,
    '--pictures',
    pictures,
  )
  assert.equal(status, 0, stderr)
  const [run] = await readRuns(json)
  assert.deepEqual(figure(run!, 'caption', 'F1'), { value: 1, cases: 5 })
  assert.deepEqual(figure(run!, 'caption', 'exact text'), { value: 1, cases: 3 })
  assert.deepEqual(figure(run!, 'naming', 'exact text'), { value: 1, cases: 3 })
  assert.deepEqual(figure(run!, 'questionGrounded', 'exact text', 'howMany'), { value: 1, cases: 3 })
  assert.deepEqual(figure(run!, 'groundingMany', 'precision'), { value: 1, cases: 3 })
  assert.deepEqual(figure(run!, 'groundingMany', 'recall'), { value: 3 / 5, cases: 5 })
  assert.deepEqual(figure(run!, 'absentGrounding', 'recognised'), { value: 0, cases: 3 })
  const [plain, finer] = ['mean IoU', 'mean IoU, finer'].map((name) => figure(run!, 'caption', name).value!)
  assert.ok(finer! > plain!, `${finer!} and ${plain!}`)
  assert.match(stdout, /caption: 3 answers\n.*\n {2}precision +1\.000 \(1\.000 to 1\.000\) +5/)
  const drawn = await readdir(pictures)
  assert.equal(drawn.filter((name) => name.includes('absentGrounding')).length, 3)
  assert.match(await readFile(join(pictures, drawn[0]!), 'utf8'), /came: an? /)
})

test('a broken picture, one of another size and a damaged question are named and left out, and the end says how many', async (t) => {
  const folder = await writeScenes(t)
  await writeFile(join(folder, 'pair.png'), (await readFile(scene('pair.png'))).subarray(0, 2000))
  const annotations = join(folder, 'annotations.json')
  await writeFile(annotations, (await readFile(annotations, 'utf8')).replace('"width":480', '"width":500'))
  const questions = join(folder, 'questions.json')
  await writeFile(
    questions,
    (await readFile(questions, 'utf8')).replace('"task":"naming"', '"task":"nameing"'),
  )
  const json = join(folder, 'figures.json')
  const { status, stderr } = await evaluate('--scenes', folder, '--json', json, '--tasks', 'caption,naming')
  assert.equal(status, 1)
  assert.match(stderr, /questions\[1\]\.task: expected one of caption, .* but found 'nameing'/)
  assert.match(stderr, /kosmos2: .*pair\.png: /)
  assert.match(stderr, /one\.png: its annotations are for 500 x 480 pixels, but it has 480 x 480/)
  assert.match(stderr, /3 pictures or entries were left out/)
  const [run] = await readRuns(json)
  assert.equal(figure(run!, 'caption', 'exact text').cases, 1)
  assert.equal(figure(run!, 'naming', 'exact text').cases, 1)
})

test('published formats are asked as the paper asks them, compiled models too', async (t) => {
  const folder = await temporaryFolder(t)
  const { objects } = readTinyGolden().scenes.find(({ file }) => file === 'pair.png')!
  const [first, second] = objects
  const pixels = objects.map(({ box }) => box.map((fraction) => Math.round(fraction * SIDE)))
  for (const name of ['images', 'Sentences', 'Annotations']) await mkdir(join(folder, name))
  await sharp(scene('pair.png'))
    .jpeg({ quality: 95 })
    .toFile(join(folder, 'images', '12.jpg'))
  const write = (name: string, content: string | object): Promise<void> =>
    writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  await write('test.txt', '12\n')
  await write(
    'Sentences/12.txt',
    `[/EN#3/other a ${first!.name}]\nAn image of [/EN#4/vehicles a ${second!.name}]`,
  )
  const boxes = pixels.map(
    ([x1, y1, x2, y2], i) =>
      `<object><name>${3 + i}</name><bndbox><xmin>${x1!}</xmin><ymin>${y1!}</ymin><xmax>${x2!}</xmax><ymax>${y2!}</ymax></bndbox></object>`,
  )
  await write(
    'Annotations/12.xml',
    `<annotation><size><width>${SIDE}</width><height>${SIDE}</height></size>${boxes.join('')}</annotation>`,
  )
  await write('instances.json', {
    images: [{ id: 1, file_name: '12.jpg', width: SIDE, height: SIDE }],
    categories: [{ id: 1, name: 'thing' }],
    annotations: pixels.map(([x1, y1, x2, y2], id) => ({
      id,
      image_id: 1,
      category_id: 1,
      bbox: [x1!, y1!, x2! - x1!, y2! - y1!],
    })),
  })
  await write(
    'refs(unc).json',
    objects.map(({ name }, id) => ({
      ref_id: id,
      ann_id: id,
      split: 'val',
      sentences: [{ sent: `the ${name}` }],
    })),
  )
  const json = join(folder, 'figures.json')
  const flickr = await evaluate('--format', 'flickr30k', '--scenes', folder, '--json', json)
  assert.equal(flickr.status, 0, flickr.stderr)
  const [run] = await readRuns(json)
  assert.deepEqual(figure(run!, 'phrase grounding', 'R@1, any-box'), { value: 1, cases: 2 })
  assert.deepEqual(figure(run!, 'phrase grounding', 'R@1, merged-boxes'), { value: 1, cases: 2 })
  assert.deepEqual(figure(run!, 'phrase grounding', 'R@0.5', 'vehicles'), { value: 1, cases: 1 })

  const checkpoint = join(folder, 'tiny')
  await cp(tiny, checkpoint, { recursive: true })
  const how = ['--weights', 'original,int8', '--format', 'refcoco', '--split', 'val']
  const refcoco = await evaluate(checkpoint, ...how, '--scenes', folder, '--json', json)
  assert.equal(refcoco.status, 0, refcoco.stderr)
  const runs = await readRuns(json)
  assert.deepEqual(
    runs.map(({ name }) => name),
    [`${checkpoint}, original`, `${checkpoint}, int8`],
  )
  for (const one of runs) assert.deepEqual(figure(one, 'referring', 'R@0.5'), { value: 1, cases: 2 })
})

test('what cannot be evaluated is said before a model is opened', async () => {
  const cases = [
    [2, /Expected original, fp32, fp16, int8, int4 in --weights but received 'int3'/, '--weights', 'int3'],
    [2, /Expected --scenes FOLDER with --format refcoco/, '--format', 'refcoco'],
    [
      2,
      /Unknown option --task; did you mean --tasks\?\nSee npm run evaluate -- --help\./,
      '--task',
      'caption',
    ],
    [2, /Expected --device and --performance for converted models only/, '--device', 'CPU'],
    [1, /Cannot read nowhere.annotations\.json/, '--scenes', 'nowhere'],
  ] as const
  const ended = await Promise.all(cases.map(([, , ...args]) => evaluate(...args)))
  for (const [i, [status, message]] of cases.entries()) {
    assert.match(ended[i]!.stderr, message)
    assert.equal(ended[i]!.status, status)
  }
})

test('Ctrl-C ends it, without figures of half the answers', async (t) => {
  const folder = await writeScenes(t)
  const json = join(folder, 'figures.json')
  const { process: child, ended } = start(['--scenes', folder, '--json', json])
  child.stderr.once('data', () => child.kill('SIGINT'))
  const { status, stdout } = await ended
  assert.deepEqual([status, stdout, existsSync(json)], [130, '', false])
})
