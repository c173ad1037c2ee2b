// The notebooks' dependency on this package, `"kosmos2-openvino": "file:.."` in notebooks/package.json: a link, so
// that a notebook imports what was built last, with its types.
import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson } from './files.mjs'
import { missing, ready } from './part.mjs'
import { inProject } from './paths.mjs'

const modules = inProject('notebooks', 'node_modules')
const link = join(modules, 'kosmos2-openvino')
const target = join('..', '..')

/** @type {import('./part.mjs').Part} */
export const notebooksPackage = {
  name: 'notebooks',
  title: "notebooks' packages",
  needs: [],
  async check() {
    /** @type {{ version: string } | undefined} */
    const manifest = await readJson(inProject('package.json'))
    const there = await readlink(link).catch(() => undefined)
    return (there === target ? ready : missing)(`kosmos2-openvino ${manifest?.version}, this checkout`)
  },
  async make() {
    await mkdir(modules, { recursive: true })
    const temporary = `${link}.${process.pid}.tmp`
    await symlink(target, temporary, 'dir')
    await rm(link, { recursive: true, force: true })
    await rename(temporary, link)
  },
}
