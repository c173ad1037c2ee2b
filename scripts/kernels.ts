// Compiles the sources of the WebAssembly kernels into the .ts files beside them: `node scripts/kernels.ts`, after every
// change of a source. Tests compare the hashes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

compile('image/resize-kernel.wat', (source, wasm) => ['wabt@1.0.39', 'wat2wasm', source, '-o', wasm])
compile('ir/compression-kernel.as', (source, wasm, folder) => {
  // The compiler takes files of this name only, which are TypeScript to all others.
  const named = join(folder, 'kernel.ts')
  copyFileSync(source, named)
  return [
    ...['assemblyscript@0.28.20', 'asc', named, '-o', wasm],
    ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
  ]
})

type Command = (source: string, wasm: string, folder: string) => readonly string[]

/** @param command - the package of the compiler, its program and arguments */
function compile(name: string, command: Command): void {
  const source = new URL(`../src/${name}`, import.meta.url)
  const target = new URL(source.href.replace(/\.\w+$/, '.ts'))
  const folder = mkdtempSync(join(tmpdir(), 'kernel-'))
  try {
    const wasm = join(folder, 'kernel.wasm')
    const [compiler, ...call] = command(fileURLToPath(source), wasm, folder)
    execFileSync('npx', ['--yes', `--package=${compiler}`, '--', ...call], { stdio: 'inherit' })
    const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
    const code = readFileSync(wasm).toString('base64')
    const lines = (code.match(/.{1,100}/g) ?? []).map((line) => `  '${line}'`)
    writeFileSync(
      target,
      readFileSync(target, 'utf8')
        .replace(/(?<=SOURCE_SHA256 =\n? *)'[^']*'/, `'${hash}'`)
        .replace(/(?<=const CODE =\n)( {2}'[^']*'( \+)?\n)+/, `${lines.join(' +\n')}\n`),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
