// `kosmos2 check`: which OpenVINO runs here, whether a model is whole, and whether a conversion answers as the original.
import type { IrFolder, Kosmos2, RgbImage } from '../index.ts'
import { defineCommand } from './command.ts'
import { partTable } from './convert.ts'
import { UsageError } from './exit-status.ts'
import { library } from './library.ts'
import { openModel, RUN_OPTIONS, runSettings } from './model.ts'
import { listPictures } from './pictures.ts'
import { type RuntimeReport, runtimeLines, runtimeReport } from './runtime.ts'
import { samplePicture } from './sample-picture.ts'
import { verificationLines, verifyOnPictures } from './verification.ts'

export const check = defineCommand({
  name: 'check',
  summary: 'Says which OpenVINO runs here, and whether a model is whole',
  operands: '[FOLDER [IMAGE...]]',
  count: [0],
  options: {
    against: {
      value: 'CHECKPOINT',
      help: 'compare the converted model in FOLDER with the original: its numbers, and its answers token for token',
    },
    ...RUN_OPTIONS,
    json: {
      help: 'one JSON document: { runtime, model, verification }, as far as it was asked for and found out',
    },
  },
  notes: [
    'FOLDER is a converted model, whose files must be what they were when they were converted, or a checkpoint. Either is opened too. The IMAGEs are what --against asks about, a drawing if left out.',
    'The exit status is 1 where there is no runtime (a checkpoint needs none), where FOLDER is damaged, and where --against finds an answer that differs. Compressed weights, and the mode fast, may well change a word: then the agreement tells how often.',
  ],
  examples: [
    ['check', 'The runtime, its version and its devices.'],
    ['check models/kosmos2-int8', 'Whether the folder is what was converted.'],
    [
      'check models/kosmos2-fp32 photos/ --performance accurate --against microsoft/kosmos-2-patch14-224',
      "The original's own answers?",
    ],
  ],
  async run({ operands: [folder, ...pictures], values, terminal, signal }) {
    const { against } = values
    if (against !== undefined && folder === undefined)
      throw new UsageError('Expected a FOLDER to compare with --against but received nothing')
    if (against === undefined && pictures.length > 0)
      throw new UsageError('Expected --against CHECKPOINT, as IMAGEs are only for comparing')
    const settings = runSettings(values)
    const listed = await listPictures(pictures)

    const report: Record<string, unknown> = {}
    /** Shows a section, or keeps it for the document. */
    const tell = (name: string, value: object, text: string): void => {
      report[name] = value
      if (!values.json) terminal.print(text)
    }
    const runtime = await runtimeOrFault()
    const isFaulty = runtime instanceof Error
    tell('runtime', isFaulty ? fault(runtime) : runtime, isFaulty ? runtime.message : runtimeLines(runtime))
    let isGood = !isFaulty
    try {
      if (folder !== undefined) isGood = await checkModel(folder)
    } finally {
      // What went wrong is told on standard error.
      if (values.json && !signal.aborted) terminal.print(JSON.stringify(report))
    }
    return isGood

    async function checkModel(folder: string): Promise<boolean> {
      terminal.progress.update(`Reading ${folder}`)
      const ir = await openConversion(folder)
      if (ir !== undefined && runtime instanceof Error) throw runtime
      const kosmos = await openModel(folder, settings, { terminal, signal })
      try {
        tell('model', modelFields(folder, kosmos, ir), modelLines(folder, kosmos, ir))
        return against === undefined || (await compare(kosmos, against))
      } finally {
        await kosmos.dispose()
      }
    }

    async function compare(compiled: Kosmos2, checkpoint: string): Promise<boolean> {
      const { loadRgb } = await library()
      const images: RgbImage[] = []
      for (const picture of listed) images.push(await loadRgb(await picture.read(signal), { signal }))
      const original = await openModel(checkpoint, {}, { terminal, signal })
      try {
        const asked = images.length === 0 ? [samplePicture()] : images
        const verification = await verifyOnPictures(original, compiled, asked, { terminal, signal })
        tell('verification', verification, `\n${verificationLines(verification)}`)
        return verification.isEqual
      } finally {
        await original.dispose()
      }
    }
  },
})

async function runtimeOrFault(): Promise<RuntimeReport | Error> {
  try {
    return await runtimeReport()
  } catch (error) {
    const { OpenVINOError } = await library()
    if (error instanceof OpenVINOError) return error
    throw error
  }
}

function fault(error: Error & { code?: string }): object {
  return { error: { name: error.name, code: error.code, message: error.message } }
}

/**
 * Opens a conversion and compares all of its content with its stamp.
 * @returns undefined for what is none
 * @throws {CheckpointError} where it is damaged
 */
async function openConversion(folder: string): Promise<IrFolder | undefined> {
  const { CheckpointError, openIr } = await library()
  try {
    return await openIr(folder, { verify: 'hash' })
  } catch (error) {
    if (error instanceof CheckpointError && error.code === 'NOT_AN_IR') return undefined
    throw error
  }
}

function modelFields(folder: string, { model: { config } }: Kosmos2, ir: IrFolder | undefined): object {
  if (ir === undefined) return { folder, kind: 'checkpoint', config: config.toJSON() }
  const { source, parts } = ir.stamp
  return { folder, kind: 'converted', source, parts, config: config.toJSON() }
}

function modelLines(folder: string, { model: { config } }: Kosmos2, ir: IrFolder | undefined): string {
  const { text_config: text, vision_config: vision } = config
  const sizes =
    `a text model of ${text.layers} layers of ${text.embed_dim}, ` +
    `a vision tower of ${vision.num_hidden_layers} layers of ${vision.hidden_size}`
  if (ir === undefined) return `\n${folder}: a checkpoint that opens, with ${sizes}.`
  const { source, parts } = ir.stamp
  return `\n${folder}: converted from ${source.name}, whole, with ${sizes}.\n\n${partTable(parts)}`
}
