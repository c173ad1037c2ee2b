// Checkpoints of the tests, converted once a test file into folders of their own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import { convert } from '../../src/ir/convert.ts'

/** @returns the folder of the conversion, removed when the test file ends */
export async function converted(checkpoint: string, weights: ConvertOptions['weights']): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kosmos2-converted-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return (await convert(checkpoint, join(folder, 'ir'), { weights })).folder
}
