// The embedded model without its box refiner, as most checkpoints are.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after } from 'node:test'
import { BOX_REFINER_FILE } from '../src/checkpoint/file-names.ts'

/** @returns the folder of a copy, removed when the test file ends */
export function withoutBoxRefiner(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kosmos2-plain-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  cpSync('models/kosmos2-tiny', folder, {
    recursive: true,
    filter: (path) => basename(path) !== BOX_REFINER_FILE,
  })
  return folder
}
