// The demo's page, bundled: src/demo/page/ as three files that a browser takes as they are, and the licences of the
// packages inside.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inProject, root } from './paths.mjs'

/** What the page is made of, besides src/: the names of the things and the backgrounds that its scene maker offers. */
export const pageSources = ['scripts/scenes']

/**
 * Bundles the page.
 * @param {string} folder - where index.html, page.js, page.css and licenses.txt go
 * @throws {Error} naming the place in the source that does not build
 */
export async function buildPage(folder) {
  // Here, as set-up reads this file before any package is there.
  const { build } = await import('esbuild')
  const page = inProject('src', 'demo', 'page')
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: [
      { in: join(page, 'main.tsx'), out: 'page' },
      { in: join(page, 'page.css'), out: 'page' },
      { in: join(page, 'index.html'), out: 'index' },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.html': 'copy' },
    // The library's errors print values as Node does.
    alias: { 'node:util': join(page, 'inspect.ts') },
    legalComments: 'none',
    logLevel: 'silent',
  })
  const names = Object.keys(metafile.inputs).flatMap((path) => {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
    return name === undefined ? [] : [name]
  })
  const licenses = [...new Set(names)].sort().map(async (name) => {
    return `${name}\n\n${await readFile(inProject('node_modules', name, 'LICENSE'), 'utf8')}`
  })
  await writeFile(join(folder, 'licenses.txt'), (await Promise.all(licenses)).join('\n\n'))
}
