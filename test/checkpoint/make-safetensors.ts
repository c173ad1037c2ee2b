// Builds safetensors files for tests, good ones and deliberately broken ones.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A tensor to write: its bytes follow those of the one before. */
export interface TestTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** The bytes of a safetensors file whose header is exactly this text. */
export function fileWithHeader(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.byteLength))
  return Buffer.concat([length, text, data])
}

/** The bytes of a well-formed safetensors file. */
export function safetensorsFile(
  tensors: Readonly<Record<string, TestTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata }
  let end = 0
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.byteLength] }
    end += bytes.byteLength
  }
  return fileWithHeader(
    JSON.stringify(header),
    Buffer.concat(Object.values(tensors).map(({ bytes }) => bytes)),
  )
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kosmos2-checkpoint-'))
  context.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Writes a file into a folder of its own and returns its path. */
export function temporaryFile(context: TestContext, name: string, content: Uint8Array | string): string {
  const path = join(temporaryFolder(context), name)
  writeFileSync(path, content)
  return path
}
