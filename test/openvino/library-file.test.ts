// What a library is for, read from its header: real libraries of this machine, and headers of the other systems made by
// the specifications of their formats.
import assert from 'node:assert/strict'
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkLibraryFile, libraryKind } from '../../src/openvino/library-file.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'

function ownHeader(): Buffer {
  const file = openSync(process.execPath, 'r')
  try {
    const header = Buffer.alloc(4096)
    readSync(file, header)
    return header
  } finally {
    closeSync(file)
  }
}

test('the header of this Node is of this system', () => {
  assert.deepEqual(libraryKind(ownHeader()), { platform: process.platform, archs: [process.arch] })
})

/** A PE file begins with a program for DOS, which says where the real header is. */
function pe(machine: number, start = 0x80): Buffer {
  const header = Buffer.alloc(512)
  header.write('MZ')
  header.writeUInt32LE(start, 0x3c)
  if (start < 500) header.write('PE\0\0', start, 'latin1')
  if (start < 500) header.writeUInt16LE(machine, start + 4)
  return header
}

function machO(cpu: number): Buffer {
  const header = Buffer.alloc(64)
  header.writeUInt32LE(0xfeedfacf, 0)
  header.writeUInt32LE(cpu, 4)
  return header
}

function universal(...cpus: readonly number[]): Buffer {
  const header = Buffer.alloc(512)
  header.writeUInt32BE(0xcafebabe, 0)
  header.writeUInt32BE(cpus.length, 4)
  cpus.forEach((cpu, i) => header.writeUInt32BE(cpu, 8 + 20 * i))
  return header
}

test('headers of Windows and macOS are told apart, with their processors', () => {
  assert.deepEqual(libraryKind(pe(0x8664)), { platform: 'win32', archs: ['x64'] })
  assert.deepEqual(libraryKind(pe(0xaa64)), { platform: 'win32', archs: ['arm64'] })
  assert.deepEqual(libraryKind(machO(0x0100000c)), { platform: 'darwin', archs: ['arm64'] })
  assert.deepEqual(libraryKind(universal(0x01000007, 0x0100000c)), {
    platform: 'darwin',
    archs: ['x64', 'arm64'],
  })
})

test('no library: text, nothing, a header cut off, an offset beyond it, a Java class', () => {
  const notLibraries = [
    Buffer.from('#!/bin/sh\n'.repeat(20)),
    Buffer.alloc(0),
    ownHeader().subarray(0, 40),
    pe(0x8664, 0xfffffff0),
    universal(...Array<number>(20).fill(7)),
  ]
  for (const header of notLibraries) assert.equal(libraryKind(header), undefined)
})

test('a library for another system is refused by name before it is loaded', (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'openvino_c.dll')
  writeFileSync(path, pe(0x8664))
  assert.throws(
    () => {
      checkLibraryFile(path, 'linux', 'x64')
    },
    {
      code: 'WRONG_PLATFORM',
      message: `${path} is a library for win32 on x64, and this is linux on x64`,
    },
  )
  assert.doesNotThrow(() => {
    checkLibraryFile(path, 'win32', 'x64')
  })
  assert.throws(
    () => {
      checkLibraryFile(path, 'win32', 'arm64')
    },
    { code: 'WRONG_PLATFORM' },
  )
  assert.throws(
    () => {
      checkLibraryFile(folder)
    },
    { code: 'NOT_A_LIBRARY', message: /it is no file/ },
  )
  assert.throws(
    () => {
      checkLibraryFile(join(folder, 'none'))
    },
    { code: 'NOT_A_LIBRARY', message: /ENOENT/ },
  )
})
