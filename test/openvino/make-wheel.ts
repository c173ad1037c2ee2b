// Small wheels for tests, right ones and wrong ones: zip files without compression, and the list of their files.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A file of a zip. */
export interface ZipFile {
  readonly name: string
  readonly content: string
  /** Its mode on Unix; a regular file by default. */
  readonly mode?: number
}

const INFO = 'openvino-2026.4.1.dist-info'

/** A wheel as pip takes it, with two libraries and a licence; `changes` replaces its files by name, or adds some. */
export function makeWheel(changes: readonly ZipFile[] = []): Buffer {
  const files = [
    { name: 'openvino/__init__.py', content: 'raise ImportError\n' },
    { name: 'openvino/libs/libopenvino.so.2641', content: 'the library '.repeat(100) },
    { name: 'openvino/libs/libopenvino_c.so.2641', content: 'its C functions' },
    { name: `${INFO}/licenses/LICENSE`, content: 'free' },
    { name: `${INFO}/METADATA`, content: 'Metadata-Version: 2.1\nName: openvino\nVersion: 2026.4.1\n' },
    { name: `${INFO}/WHEEL`, content: 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-any\n' },
  ]
  const record = files.map(({ name, content }) => recordLine(name, content)).join('')
  return makeZip([...files, { name: `${INFO}/RECORD`, content: `${record}${INFO}/RECORD,,\n` }], changes)
}

/** A line of a wheel's list of files. */
export function recordLine(name: string, content: string): string {
  const hash = createHash('sha256').update(content).digest('base64url')
  return `${name},sha256=${hash},${Buffer.byteLength(content)}\n`
}

export const RECORD = `${INFO}/RECORD`

function makeZip(files: readonly ZipFile[], changes: readonly ZipFile[]): Buffer {
  const changed = new Map(changes.map((file) => [file.name, file]))
  const all = [
    ...files.map((file) => changed.get(file.name) ?? file),
    ...changes.filter(({ name }) => !files.some((file) => file.name === name)),
  ]
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, mode = 0o100644 } of all) {
    const [path, data] = [Buffer.from(name), Buffer.from(content)]
    // What the two headers of a file share: version, flags, method, time, date, checksum, sizes, length of the name.
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt32LE(crc32(data), 10)
    shared.writeUInt32LE(data.length, 14)
    shared.writeUInt32LE(data.length, 18)
    shared.writeUInt16LE(path.length, 22)
    const end = Buffer.alloc(14) // length of the comment, disk, attributes, place
    end.writeUInt32LE((mode << 16) >>> 0, 6)
    end.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, path, data])
    parts.push(local)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, end, path]))
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  const tail = Buffer.alloc(22)
  tail.write('PK\x05\x06', 'latin1')
  tail.writeUInt16LE(all.length, 8)
  tail.writeUInt16LE(all.length, 10)
  tail.writeUInt32LE(entries.length, 12)
  tail.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, entries, tail])
}
