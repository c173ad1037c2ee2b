// Compiles src/image/resize-kernel.wat into src/image/resize-kernel.ts: `node scripts/resize-kernel.ts`, after every
// change of the .wat file. A test compares the two files' hashes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../src/image/resize-kernel.wat', import.meta.url))
const target = new URL('../src/image/resize-kernel.ts', import.meta.url)

const folder = mkdtempSync(join(tmpdir(), 'resize-kernel-'))
try {
  const compiled = join(folder, 'kernel.wasm')
  execFileSync('npx', ['--yes', '--package=wabt@1.0.39', 'wat2wasm', source, '-o', compiled], {
    stdio: 'inherit',
  })
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
  const lines = (
    readFileSync(compiled)
      .toString('base64')
      .match(/.{1,100}/g) ?? []
  ).map((line) => `  '${line}'`)
  writeFileSync(
    target,
    readFileSync(target, 'utf8')
      .replace(/(?<=SOURCE_SHA256 =\n? *)'[^']*'/, `'${hash}'`)
      .replace(/(?<=const CODE =\n)( {2}'[^']*'( \+)?\n)+/, `${lines.join(' +\n')}\n`),
  )
} finally {
  rmSync(folder, { recursive: true })
}
