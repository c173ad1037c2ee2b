// Writing a model as IR, as far as it can be done without a function for it: a model that is still what was read.
import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { aString, anInstance, type ArgumentType, matchSignature } from './arguments.ts'
import { Model } from './model.ts'
import { assertUnchanged, irFiles, type ModelSource } from './model-source.ts'
import { notAvailable } from './not-available.ts'

const aModel = anInstance('Model', (value) => Model.is(value))
const aBoolean: ArgumentType = { name: 'boolean', accepts: (value) => typeof value === 'boolean' }

export function saveModelSync(...args: readonly unknown[]): void {
  matchSignature('saveModelSync', args, [aModel, aString], [aModel, aString, aBoolean])
  const [model, path, compressToFp16 = true] = args as [Model, string, boolean?]
  if (!path.endsWith('.xml')) throw new TypeError(`Expected a path that ends in .xml but received ${path}`)
  if (compressToFp16)
    throw notAvailable(
      'compress a model to FP16',
      'Pass false as third argument to write it as it was read; convert(..., { weights: "fp16" }) makes an FP16 model',
    )
  const source = Model.source(model)
  if (source === undefined)
    throw notAvailable(
      'write a model that was changed since it was read',
      'Change the file that it came from',
    )
  assertUnchanged(source)
  assertIr(source)
  writeWhole(resolve(path), source)
}

function assertIr(source: ModelSource): void {
  const isIr =
    'path' in source ? /\.xml$/i.test(source.path) : /^\s*</.test(source.text.toString('latin1', 0, 64))
  if (!isIr)
    throw notAvailable('write a model that was not read from IR', 'OpenVINO’s Python package converts it')
}

/** The weights first: where the .xml is, all is. */
function writeWhole(path: string, source: ModelSource): void {
  const target = irFiles(path, undefined)
  const parts = { xml: `${target.xml}.incomplete`, bin: `${target.bin}.incomplete` }
  try {
    if ('path' in source) {
      const from = irFiles(source.path, source.weightsPath)
      copyFileSync(from.xml, parts.xml)
      if (existsSync(from.bin)) copyFileSync(from.bin, parts.bin)
      else writeFileSync(parts.bin, '')
    } else {
      writeFileSync(parts.xml, source.text)
      writeFileSync(parts.bin, source.weights.getData())
    }
    renameSync(parts.bin, target.bin)
    renameSync(parts.xml, target.xml)
  } finally {
    for (const part of Object.values(parts)) rmSync(part, { force: true })
  }
}
