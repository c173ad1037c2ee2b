// Everything that openvino-node's types declare is there at run time, under its name.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { addModel, ov } from './models.ts'

const manifest = createRequire(import.meta.url).resolve('openvino-node/package.json')
const declarations = ts.createSourceFile(
  'addon.d.ts',
  readFileSync(join(dirname(manifest), 'types', 'addon.d.ts'), 'utf8'),
  ts.ScriptTarget.Latest,
)

/** The names of an interface's or enumeration's members. */
function members(name: string): string[] {
  for (const one of declarations.statements)
    if ((ts.isInterfaceDeclaration(one) || ts.isEnumDeclaration(one)) && one.name.text === name)
      return one.members.flatMap((member) =>
        member.name !== undefined && ts.isIdentifier(member.name) ? [member.name.text] : [],
      )
  throw new Error(`addon.d.ts declares no ${name}`)
}

test('all members of all classes are there', () => {
  const processor = new ov.preprocess.PrePostProcessor(addModel(Float32Array.of(1)))
  const objects: Readonly<Record<string, object>> = {
    NodeAddon: ov,
    PrePostProcessor: processor,
    InputInfo: processor.input(),
    InputTensorInfo: processor.input().tensor(),
    PreProcessSteps: processor.input().preprocess(),
    InputModelInfo: processor.input().model(),
    OutputInfo: processor.output(),
    OutputTensorInfo: processor.output().tensor(),
  }
  const classes = [
    'Core',
    'Model',
    'CompiledModel',
    'InferRequest',
    'Tensor',
    'Output',
    'PartialShape',
    'AsyncInferQueue',
  ]
  let count = 0
  for (const name of [...Object.keys(objects), ...classes]) {
    const object = objects[name] ?? (Reflect.get(ov, name) as { prototype: object }).prototype
    for (const member of members(name)) {
      assert.ok(member in object, `${name} has no ${member}`)
      count++
    }
  }
  assert.ok(count > 80, `only ${count} members were found in addon.d.ts`)
})

test('enumerations are objects of names, as openvino-node has them at run time', () => {
  for (const name of ['element', 'resizeAlgorithm'] as const) {
    const entries = members(name).map((member) => [member, member])
    assert.deepEqual({ ...ov[name] }, Object.fromEntries(entries))
  }
  assert.equal(ov.preprocess.resizeAlgorithm, ov.resizeAlgorithm)
})
