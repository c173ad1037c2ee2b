// dist/, the library as JavaScript with declarations and the demo's page, built anew when something that it is made of has changed.
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson, writeJson } from './files.mjs'
import { hashFiles } from './hash.mjs'
import { buildPage, pageSources } from './page.mjs'
import { missing, outdated, ready } from './part.mjs'
import { inProject, node24, root, setupFolder } from './paths.mjs'
import { CommandFailed, Problem } from './problem.mjs'
import { run } from './run.mjs'

const stamp = join(setupFolder, 'build.json')
const sources = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...pageSources]
const compiler = inProject('node_modules', 'typescript', 'bin', 'tsc')

/** @type {import('./part.mjs').Part} */
export const build = {
  name: 'build',
  title: 'library',
  needs: ['node'],
  async check() {
    /** @type {Promise<{ from: string, result: string } | undefined>} */
    const stamped = readJson(stamp)
    const [made, from, result] = await Promise.all([
      stamped,
      hashFiles(root, sources),
      hashFiles(root, ['dist']),
    ])
    if (result === undefined || made === undefined) return missing('dist/')
    if (made.from !== from) return outdated('src/ has changed')
    return made.result === result ? ready('dist/, built from src/') : outdated('dist/ has changed')
  },
  async make(signal) {
    const from = await hashFiles(root, sources)
    const fresh = join(setupFolder, 'dist')
    await rm(fresh, { recursive: true, force: true })
    try {
      await run(node24, [compiler, '-p', inProject('tsconfig.build.json'), '--outDir', fresh], { signal })
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      throw new Problem('src/ does not compile; correct what TypeScript says below.', error.output.trim())
    }
    await buildPage(join(fresh, 'demo', 'page'))
    await rm(inProject('dist'), { recursive: true, force: true })
    await rename(fresh, inProject('dist'))
    await writeJson(stamp, { from, result: await hashFiles(root, ['dist']) })
  },
}
