// Writes the figures and the examples of the embedded model's card anew: to be run when its weights are others.
import { readFile } from 'node:fs/promises'
import { defineCommand } from '../src/cli/command.ts'
import { UsageError } from '../src/cli/exit-status.ts'
import { runCommand } from '../src/cli/run.ts'
import { writeWhole } from '../src/cli/svg-target.ts'
import { createTerminal } from '../src/cli/terminal.ts'
import { Kosmos2, readScenes } from '../src/index.ts'
import { cardPictures } from './evaluate/card-pictures.ts'
import { cardTables } from './evaluate/card-tables.ts'
import type { Run } from './evaluate/report.ts'

const CARD = 'models/kosmos2-tiny/README.md'
const MODEL = 'models/kosmos2-tiny-fp32'
const SCENES = 'data/scenes/held-out'
const PICTURES = 'docs/kosmos2-tiny'

const card = defineCommand({
  name: 'scripts/card.ts',
  summary: `Writes the tables and the examples of ${CARD} anew`,
  operands: 'FIGURES STYLE',
  count: [2, 2],
  options: {},
  notes: [
    `FIGURES and STYLE are what npm run evaluate writes with --json: of ${SCENES} with --weights original,fp32,int8,int4, and of the style held out with --weights fp32. The examples are the answers of ${MODEL}, which the first of these makes.`,
  ],
  examples: [],
  async run({ operands: [figures, style] }) {
    const tables = cardTables(await readRuns(figures!), (await readRuns(style!))[0]!)
    const kosmos = await Kosmos2.from_pretrained(MODEL)
    try {
      const pictures = await cardPictures(kosmos, await readScenes(SCENES), PICTURES, CARD)
      await fillCard({ ...tables, ...pictures })
    } finally {
      await kosmos.dispose()
    }
    return true
  },
})

async function readRuns(path: string): Promise<readonly Run[]> {
  const { runs } = JSON.parse(await readFile(path, 'utf8')) as { runs?: readonly Run[] }
  if (runs === undefined || runs.length === 0)
    throw new UsageError(`Expected figures of npm run evaluate -- --json in ${path}`)
  return runs
}

/** A part is what stands between `<!-- NAME -->` and `<!-- end of NAME -->`. */
async function fillCard(parts: Readonly<Record<string, string>>): Promise<void> {
  let text = await readFile(CARD, 'utf8')
  for (const [name, part] of Object.entries(parts)) {
    const [start, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->\n`]
    const [from, to] = [text.indexOf(start), text.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`Expected ${start}... ${end} in ${CARD}`)
    text = `${text.slice(0, from)}${start}\n${part}\n\n${text.slice(to)}`
  }
  await writeWhole(CARD, text)
}

process.exitCode = await runCommand(card, process.argv.slice(2), createTerminal, 'node')
