import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { convert } from '../../src/ir/convert.ts'
import type { WeightPrecision } from '../../src/ir/weight-form.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { writeReferenceRuns } from './reference-runs.ts'

const PYTHON = process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python'

interface Report {
  readonly differences: Readonly<Record<string, number>>
  readonly operations: Readonly<Record<string, number>>
}

/** What OpenVINO's Python package finds in a conversion of this checkpoint. */
async function check(t: TestContext, model: string, weights: WeightPrecision): Promise<Report> {
  const temporary = temporaryFolder(t)
  const [folder, reference] = [join(temporary, 'ir'), join(temporary, 'reference.safetensors')]
  await writeReferenceRuns(model, reference)
  await convert(model, folder, { weights })
  const { stdout } = await promisify(execFile)(PYTHON, ['scripts/check_ir.py', folder, reference])
  return JSON.parse(stdout) as Report
}

function assertClose({ differences }: Report, tolerance: number): void {
  assert.equal(Object.keys(differences).length, 11)
  for (const [name, difference] of Object.entries(differences))
    assert.ok(difference <= tolerance, `${name} differs by ${difference}`)
}

test("OpenVINO's own Python package reads a conversion and computes the original's numbers: both pictures, padding, and a cache whose rows change places and multiply", async (t) => {
  assertClose(await check(t, 'test/goldens/model-a', 'fp32'), 1e-5)
})
