import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { convert } from '../../src/ir/convert.ts'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import type { PartName } from '../../src/ir/parts.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { writeDecompressed } from './decompressed.ts'
import { writeReferenceRuns } from './reference-runs.ts'

const PYTHON = process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python'
const MODEL = 'test/goldens/model-a'

interface Report {
  /** By output, the largest difference from the reference. */
  readonly differences: Readonly<Record<string, number>>
  /** Of each part as OpenVINO runs it. */
  readonly operations: Readonly<Record<PartName, Readonly<Record<string, number>>>>
}

/**
 * What OpenVINO's own Python package makes of a conversion, held against the original engine with the numbers that the
 * conversion's weights stand for: two pictures, padding, and a cache whose rows change places and multiply.
 */
async function check(t: TestContext, options: ConvertOptions): Promise<Report['operations']> {
  const temporary = temporaryFolder(t)
  const at = (name: string) => join(temporary, name)
  await convert(MODEL, at('ir'), options)
  await writeDecompressed(MODEL, at('ir'), at('decompressed'))
  await writeReferenceRuns(at('decompressed'), at('reference'))
  const { stdout } = await promisify(execFile)(PYTHON, ['scripts/check_ir.py', at('ir'), at('reference')])
  const { differences, operations } = JSON.parse(stdout) as Report
  assert.equal(Object.keys(differences).length, 11)
  for (const [name, difference] of Object.entries(differences))
    assert.ok(difference <= 1e-5, `${name} differs by ${difference}`)
  return operations
}

const INT4 = { vision: 'int4', projection: 'int4', text: 'int4' } as const

for (const { stored, options, matrices, table } of [
  { stored: 'in fp32', options: { weights: 'fp32' }, matrices: 'f32', table: 'f32' },
  { stored: 'in fp16', options: { weights: 'fp16' }, matrices: 'f16', table: 'f16' },
  { stored: 'in int8', options: { weights: 'int8' }, matrices: 'i8', table: 'i8' },
  {
    stored: 'in int4',
    options: { weights: INT4, groupSize: 32, int4Scheme: 'symmetric' },
    matrices: 'i4',
    table: 'i8',
  },
  {
    stored: 'in asymmetric int4, the head too',
    options: { weights: INT4, int4Scheme: 'asymmetric', headPrecision: 'int4' },
    matrices: 'u4',
    table: 'u4',
  },
] as const)
  test(`OpenVINO's Python package computes with weights ${stored} just what the original engine does with the same numbers, keeps them stored so, and fuses attention with its cache`, async (t) => {
    const { text } = await check(t, options)
    // Three layers of six matrices and the output matrix, which is also the table of embeddings.
    const inLayers = text[`FullyConnected ${matrices}`] ?? 0
    assert.equal(matrices === table ? inLayers : inLayers + (text[`FullyConnected ${table}`] ?? 0), 19)
    assert.ok((text[`Gather ${table}`] ?? 0) >= 1)
    assert.equal(text['ScaledDotProductAttention'], 3)
    assert.equal(text['MemoryInput'], 6)
    // Transposes of keys, values and queries are fused too: what is left puts the heads back together.
    assert.equal(text['Transpose'], 3)
  })
