// A shared library's own header tells what system and processor it is for: asked before it is loaded, for a loader's
// message about a wrong file is hard to understand (ELF, Mach-O and PE/COFF specifications).
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { OpenVINOError } from '../errors.ts'

/** Node's names of what a library is for; several processors in a universal file of macOS. */
export interface LibraryKind {
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly archs: readonly string[]
}

/** Enough for every header; a PE's lies behind a small program for DOS. */
const HEADER_BYTES = 4096
const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
}
const MACH_O_CPUS: Readonly<Record<number, string>> = { 0x01000007: 'x64', 0x0100000c: 'arm64' }
const PE_MACHINES: Readonly<Record<number, string>> = { 0x14c: 'ia32', 0x8664: 'x64', 0xaa64: 'arm64' }
const MAX_UNIVERSAL = 16
const SEGMENT_BYTES = 56 // Elf64_Phdr
const MAX_SEGMENTS = 1024

/**
 * What a library is for.
 * @param header - its first bytes
 * @returns undefined if it is no shared library
 */
export function libraryKind(header: Buffer): LibraryKind | undefined {
  if (header.length < 64) return undefined
  if (header.readUInt32BE(0) === 0x7f454c46) {
    const machine = header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18)
    return { platform: 'linux', archs: [ELF_MACHINES[machine] ?? `ELF machine ${machine}`] }
  }
  if (header.readUInt32LE(0) === 0xfeedfacf)
    return { platform: 'darwin', archs: [machO(header.readUInt32LE(4))] }
  if (header.readUInt32BE(0) === 0xcafebabe) {
    const count = header.readUInt32BE(4)
    if (count === 0 || count > MAX_UNIVERSAL) return undefined // a Java class begins like this, too
    return {
      platform: 'darwin',
      archs: Array.from({ length: count }, (_, i) => machO(header.readUInt32BE(8 + 20 * i))),
    }
  }
  if (header.toString('latin1', 0, 2) === 'MZ') {
    const start = header.readUInt32LE(0x3c)
    if (start + 6 > header.length || header.toString('latin1', start, start + 4) !== 'PE\0\0')
      return undefined
    const machine = header.readUInt16LE(start + 4)
    return { platform: 'win32', archs: [PE_MACHINES[machine] ?? `PE machine ${machine}`] }
  }
  return undefined
}

const machO = (cpu: number): string => MACH_O_CPUS[cpu] ?? `Mach-O CPU ${cpu}`

/**
 * Where an ELF file ends at the earliest by its own account. Linux maps a library that was cut off all the same, and the
 * process dies when it reads what is not there.
 * @param header - its first bytes
 * @param readAt - reads that many bytes from a place of the file, or fewer where it ends
 */
function elfEnd(header: Buffer, readAt: (offset: number, length: number) => Buffer): number {
  if (header[4] !== 2 || header[5] !== 1) return 0 // not of 64 bits and little-endian
  const segments = Number(header.readBigUInt64LE(32))
  const count = Math.min(header.readUInt16LE(56), MAX_SEGMENTS)
  const sections = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60)
  const table = readAt(segments, SEGMENT_BYTES * count)
  const ends = [sections, segments + SEGMENT_BYTES * count]
  for (let at = 0; at + SEGMENT_BYTES <= table.length; at += SEGMENT_BYTES)
    ends.push(Number(table.readBigUInt64LE(at + 8)) + Number(table.readBigUInt64LE(at + 32)))
  return Math.max(...ends)
}

/**
 * Checks a file before it is loaded.
 * @throws {OpenVINOError} `NOT_A_LIBRARY` or `WRONG_PLATFORM`
 */
export function checkLibraryFile(
  path: string,
  platform: string = process.platform,
  arch: string = process.arch,
): void {
  const file = openFile(path)
  try {
    const readAt = (offset: number, length: number) => {
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
    }
    const header = readAt(0, HEADER_BYTES)
    const kind = libraryKind(header)
    if (kind === undefined) throw new OpenVINOError('NOT_A_LIBRARY', `${path} is no shared library`)
    if (kind.platform !== platform || !kind.archs.includes(arch))
      throw new OpenVINOError(
        'WRONG_PLATFORM',
        `${path} is a library for ${kind.platform} on ${kind.archs.join(' and ')}, and this is ${platform} on ${arch}`,
      )
    const { size } = fstatSync(file)
    const end = kind.platform === 'linux' ? elfEnd(header, readAt) : 0
    if (size < end) throw new OpenVINOError('NOT_A_LIBRARY', `${path} is cut off: ${size} of ${end} bytes`)
  } finally {
    closeSync(file)
  }
}

function openFile(path: string): number {
  try {
    if (!statSync(path).isFile()) throw new Error('it is no file')
    return openSync(path, 'r')
  } catch (error) {
    throw new OpenVINOError(
      'NOT_A_LIBRARY',
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}
