// The package as an app gets it: packed, installed without flags in an empty folder, and used from JavaScript (both
// module kinds) and from TypeScript.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { ownEnvironment, root, temporaryFolder } from '../scripts/project-copy.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { runProgram } from './run-program.ts'

const checkpoint = join(root, 'models', 'kosmos2-tiny')
const picture = join(root, 'data', 'scenes', 'one.png')
const compiler = join(root, 'node_modules', '@tslab', 'typescript-for-tslab', 'lib', 'tsc.js')

/** What an app does, in the words of one module kind. */
const use = `
  const kosmos = await Kosmos2.from_pretrained(${JSON.stringify(checkpoint)})
  const { text, entities } = await kosmos.caption(${JSON.stringify(picture)})
  const svg = await annotate(${JSON.stringify(picture)}, entities, { caption: text })
  await kosmos.dispose()
  console.log(JSON.stringify({ text, entities, svg: svg.slice(0, 4) }))
`

test('the packed project, installed without flags in an empty folder, captions a picture', async (t) => {
  const app = await temporaryFolder(t)
  const home = await temporaryFolder(t)
  const env = ownEnvironment()
  const packed = await temporaryFolder(t)
  await runProgram('npm', ['pack', '--pack-destination', packed], root, env)
  const [tarball] = await readdir(packed)
  assert.ok(tarball !== undefined)

  const compilers = await fakeCompilers(await temporaryFolder(t))
  await runProgram('npm', ['install', join(packed, tarball)], app, {
    ...env,
    PATH: `${compilers.folder}${delimiter}${env['PATH'] ?? ''}`,
  })
  // Native parts come ready-made: install scripts find them, whether npm runs these or not.
  assert.equal(await compilers.calls(), '')
  const installed = join(app, 'node_modules', 'kosmos2-openvino')
  const expected = goldenAnswer()

  await t.test(
    'it holds the library and its declarations, and nothing that only the project needs',
    async () => {
      const { stdout } = await runProgram('tar', ['-tzf', join(packed, tarball)], root, env)
      const own = stdout
        .trim()
        .split('\n')
        .filter((path) => !path.startsWith('package/node_modules/'))
      const outside = own.filter(
        (path) =>
          !/^package\/(dist\/.+\.(js|d\.ts)|dist\/demo\/page\/[^/]+|package\.json|LICENSE|README\.md)$/.test(
            path,
          ),
      )
      assert.deepEqual(outside, [])
      const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
        types: string
      }
      assert.match(await readFile(join(installed, manifest.types), 'utf8'), /Kosmos2Processor/)
    },
  )

  await t.test('from JavaScript modules, writing nothing into the home folder', async () => {
    await writeFile(join(app, 'app.mjs'), `import { annotate, Kosmos2 } from 'kosmos2-openvino'\n${use}`)
    const { stdout } = await runProgram(process.execPath, ['app.mjs'], app, { ...env, HOME: home })
    assert.deepEqual(JSON.parse(stdout), expected)
    assert.deepEqual(await readdir(home), [])
  })

  await t.test('as the command kosmos2, with what converted models run on', async () => {
    const npx = (...args: string[]) =>
      runProgram('npx', ['--no-install', 'kosmos2', ...args], app, runtimeEnv)
    // Its own libraries could be fetched; those of this project will do.
    const runtimeEnv = { ...env, HOME: home, KOSMOS2_OPENVINO: join(root, '.venv') }
    const { stdout: help } = await npx('--help')
    assert.match(help, /^Usage: kosmos2 COMMAND/)
    const { stdout } = await npx('caption', picture, '--model', checkpoint, '--json')
    const { text, entities } = JSON.parse(stdout) as {
      text: string
      entities: { phrase: string; span: unknown; fractions: unknown }[]
    }
    assert.deepEqual(
      {
        text,
        entities: entities.map(({ phrase, span, fractions }) => [phrase, span, fractions]),
        svg: '<svg',
      },
      expected,
    )
    const { stdout: checked } = await npx('check', '--json')
    assert.match(checked, /"kind":"libopenvino_c","version":"20\d\d\./)
  })

  await t.test('from CommonJS', async () => {
    const main = `const { annotate, Kosmos2 } = require('kosmos2-openvino')\nmain()\nasync function main() {${use}}`
    await writeFile(join(app, 'app.cjs'), main)
    const { stdout } = await runProgram(process.execPath, ['app.cjs'], app, env)
    assert.deepEqual(JSON.parse(stdout), expected)
  })

  await t.test(
    'from strict TypeScript 5.0 as the notebook kernel compiles it, with types that catch mistakes',
    async () => {
      await mkdir(join(app, 'typed'))
      const importing = `import { annotate, Kosmos2, Kosmos2ForConditionalGeneration, Kosmos2Processor } from 'kosmos2-openvino'`
      const right = `${importing}
async function main(): Promise<void> {${use}
  const processor = await Kosmos2Processor.from_pretrained(${JSON.stringify(checkpoint)})
  const model = await Kosmos2ForConditionalGeneration.from_pretrained(${JSON.stringify(checkpoint)})
  const inputs = await processor.call({ text: '<grounding> An image of', images: ${JSON.stringify(picture)} })
  const ids = await model.generate({ ...inputs, max_new_tokens: 4 })
  const [name, [start, end], boxes]: [string, [number, number], [number, number, number, number][]] = entities[0]!
  console.error(name, start, end, boxes, ids.dims)
  await model.dispose()
}
void main()
`
      await writeFile(join(app, 'typed', 'right.ts'), right)
      await writeFile(
        join(app, 'typed', 'wrong.ts'),
        `${importing}\nexport const caption = (kosmos: Kosmos2) => kosmos.caption('a.png', { max_new_token: 4 })\n`,
      )
      const options = ['--strict', '--target', 'es2022', '--module', 'commonjs', '--moduleResolution', 'node']
      const types = [
        '--typeRoots',
        join(root, 'node_modules', 'tslab', 'node_modules', '@types'),
        '--types',
        'node',
      ]
      /** The compiler's errors, without those inside other packages, whose types ask for a newer compiler. */
      const compile = async (file: string): Promise<string[]> => {
        const args = [compiler, ...options, ...types, '--outDir', 'typed', `typed/${file}`]
        const printed = await runProgram(process.execPath, args, app, env).then(
          () => '',
          (error: unknown) => String(error),
        )
        return printed.match(/^ *(typed|node_modules\/kosmos2-openvino\/dist)\/.*: error TS.*/gm) ?? []
      }

      assert.deepEqual(await compile('right.ts'), [])
      const { stdout } = await runProgram(process.execPath, ['typed/right.js'], app, env)
      assert.deepEqual(JSON.parse(stdout), expected)
      const mistakes = await compile('wrong.ts')
      assert.match(mistakes.join('\n'), /^ *typed\/wrong\.ts\(2,\d+\): error TS\d+: .*max_new_token: number/)
    },
  )
})

/** Programs that only note that they were called: no app needs a compiler for this package. */
async function fakeCompilers(folder: string): Promise<{ folder: string; calls(): Promise<string> }> {
  const log = join(folder, 'calls')
  await writeFile(log, '')
  for (const name of ['cmake', 'make', 'ninja', 'cc', 'gcc', 'c++', 'g++', 'clang', 'node-gyp'])
    await writeFile(join(folder, name), `#!/bin/sh\necho "$0 $*" >> "${log}"\nexit 1\n`, { mode: 0o755 })
  return { folder, calls: () => readFile(log, 'utf8') }
}

/** What transformers answered for the same picture, checkpoint and prompt. */
function goldenAnswer(): unknown {
  const asked = readTinyGolden().scenes.find(({ file }) => file === 'one.png')?.asked
  const answer = asked?.find(({ prompt }) => prompt.trim() === '<grounding> An image of')
  assert.ok(answer !== undefined)
  return { text: answer.caption, entities: answer.entities, svg: '<svg' }
}
