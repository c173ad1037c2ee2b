// Whether a compiled kernel is up to date.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** @param sha256 - of the source as it was compiled */
export function assertCompiledFrom(source: URL, sha256: string): void {
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
  assert.equal(sha256, hash, 'run node scripts/kernels.ts')
}
