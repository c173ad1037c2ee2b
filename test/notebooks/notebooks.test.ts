// Every notebook, executed by Jupyter: its outputs must be those that are committed with it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const folder = join(root, 'notebooks')
/** Larger ones are slow to open, and GitHub does not show them. */
const sizeLimit = 1_000_000

interface Output {
  output_type: string
  /** Of a stream. */
  name?: string
  text?: string[]
  /** By MIME type. */
  data?: Record<string, unknown>
}
interface Cell {
  cell_type: string
  metadata: { tags?: string[] }
  source: string[]
  execution_count?: number | null
  outputs?: Output[]
}

const names = (await readdir(folder)).filter((name) => name.endsWith('.ipynb'))

test('there are notebooks to execute', () => {
  assert.ok(names.length > 0)
})

for (const name of names) {
  test(`${name} was executed from top to bottom and shows nothing of the machine it ran on`, async () => {
    const text = await readFile(join(folder, name), 'utf8')
    assert.ok(text.length < sizeLimit, `${name} has ${text.length} characters`)
    const code = codeCells(text)
    assert.deepEqual(
      code.map((cell) => cell.execution_count),
      code.map((_, i) => i + 1),
    )
    const outputs = code.flatMap((cell) => cell.outputs ?? [])
    const troubles = outputs.filter((output) => output.output_type === 'error' || output.name === 'stderr')
    assert.deepEqual(troubles, [])
    const shown = JSON.stringify(outputs)
    for (const path of [root, /(?<![\w.])\/(home|root|Users|tmp|work)\//, /\\u001b\[/])
      assert.ok(
        !(typeof path === 'string' ? shown.includes(path) : path.test(shown)),
        `an output has ${String(path)}`,
      )
    assert.doesNotMatch(text, /"(execution|ExecuteTime)": \{/, 'times of execution')
  })

  test(`${name} gives the committed outputs when Jupyter executes it`, async (t) => {
    const fresh = await mkdtemp(join(tmpdir(), 'kosmos2-notebooks-'))
    t.after(() => rm(fresh, { recursive: true, force: true }))
    const script = join(root, 'scripts', 'notebooks.mjs')
    // Where an assertion of the notebook fails, this rejects and shows it.
    await promisify(execFile)(process.execPath, [script, '--output', fresh, name], { maxBuffer: 2 ** 26 })
    const committed = codeCells(await readFile(join(folder, name), 'utf8'))
    const executed = codeCells(await readFile(join(fresh, name), 'utf8'))
    for (const [i, cell] of executed.entries())
      assert.deepEqual(comparable(cell), comparable(committed[i]), `step ${i + 1}:\n${cell.source.join('')}`)
    assert.equal(executed.length, committed.length)
  })
}

function codeCells(notebook: string): Cell[] {
  return (JSON.parse(notebook) as { cells: Cell[] }).cells.filter((cell) => cell.cell_type === 'code')
}

/** What must be the same in every run; of a step with the tag `varies` (times, say) only what kinds of output it has. */
function comparable(cell: Cell | undefined): unknown {
  const varies = cell?.metadata.tags?.includes('varies') ?? false
  return cell?.outputs?.map(({ output_type, name, text, data }) => {
    const kind = { output_type, name, types: Object.keys(data ?? {}) }
    return varies ? kind : { ...kind, text, data }
  })
}
