import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { convert } from '../../src/ir/convert.ts'
import { openIr } from '../../src/ir/open-ir.ts'
import { isIrFolder, type Stamp, STAMP_FILE } from '../../src/ir/stamp.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { MODEL } from './model-copies.ts'

interface Opened {
  readonly folder: string
  /** Rewrites a file of the folder. */
  readonly change: (name: string, change: (content: Buffer) => Buffer | string) => void
  /** Expects opening to fail. */
  readonly refused: (message: RegExp, code?: string, verify?: 'hash') => Promise<void>
  /** Changes a file and lets the stamp vouch for it, as one who means harm would. */
  readonly forge: (name: string, change: (content: string) => string) => void
}

async function opened(t: TestContext): Promise<Opened> {
  const folder = join(temporaryFolder(t), 'ir')
  await convert(MODEL, folder, { weights: { vision: 'fp16', projection: 'fp32', text: 'int8' } })
  const change: Opened['change'] = (name, rewrite) => {
    writeFileSync(join(folder, name), rewrite(readFileSync(join(folder, name))))
  }
  return {
    folder,
    change,
    refused: (message, code = 'BAD_IR', verify) =>
      assert.rejects(openIr(folder, { verify }), { name: 'CheckpointError', code, message }),
    forge(name, rewrite) {
      change(name, (content) => {
        const forged = rewrite(content.toString())
        assert.notEqual(forged, content.toString())
        const sha256 = createHash('sha256').update(forged).digest('hex')
        changeStamp(change, (stamp) => {
          const part = stamp.parts[name.replace('.xml', '') as 'text']
          return {
            ...stamp,
            parts: {
              ...stamp.parts,
              [name.replace('.xml', '')]: { ...part, xml: { bytes: forged.length, sha256 } },
            },
          }
        })
        return forged
      })
    },
  }
}

function changeStamp(change: Opened['change'], rewrite: (stamp: Stamp) => unknown): void {
  change(STAMP_FILE, (content) => JSON.stringify(rewrite(JSON.parse(content.toString()) as Stamp)))
}

test('a conversion tells what it is made of, part by part', async (t) => {
  const { folder } = await opened(t)
  const { config, generationConfig, parts } = await openIr(folder)
  assert.equal(config.text_config.embed_dim, 64)
  assert.equal(generationConfig.eos_token_id, 2)
  assert.deepEqual(
    Object.values(parts).map(({ weights }) => weights),
    ['fp16', 'fp32', 'int8'],
  )
  assert.equal(parts.text.xml, join(folder, 'text.xml'))
  assert.equal(parts.projection.sourceBytes, 4 * parts.projection.parameters)
  assert.equal(parts.projection.weightBytes, parts.projection.sourceBytes)
  assert.equal(await isIrFolder(folder), true)
  assert.equal(await isIrFolder(MODEL), false)
})

test('damage is told by file, with what was expected and found, and what to do', async (t) => {
  const { folder, change, refused } = await opened(t)
  await assert.rejects(openIr(MODEL), {
    code: 'NOT_AN_IR',
    message:
      /model-a: expected a conversion, a folder with openvino_kosmos2.json, but there is no such file; convert/,
  })
  const kept = new Map(
    ['text.bin', 'vision.xml', 'text-states.xml', 'config.json', STAMP_FILE].map((n) => [
      n,
      readFileSync(join(folder, n)),
    ]),
  )
  const restore = (name: string) => {
    writeFileSync(join(folder, name), kept.get(name)!)
  }

  change('text.bin', (content) => content.subarray(0, 1000))
  await refused(
    /text\.bin: expected \d+ bytes, as when it was converted, but found 1000; convert the checkpoint again$/,
  )
  const flipped = Buffer.from(kept.get('text.bin')!)
  flipped[flipped.length >> 1]! ^= 1
  change('text.bin', () => flipped)
  await openIr(folder) // of the same size: only a look at every byte tells
  await refused(
    /text\.bin: expected content with SHA-256 [0-9a-f]{64}, as when it was converted, but found/,
    'BAD_IR',
    'hash',
  )
  rmSync(join(folder, 'text.bin'))
  await refused(/text\.bin: expected a file, but there is none/)
  restore('text.bin')

  change('vision.xml', (content) => content.toString().replace('eps="', 'eps="9'))
  await refused(/vision\.xml: expected \d+ bytes/)
  change('vision.xml', (content) => content.toString().replace('eps="90.', 'eps="1.'))
  await refused(/vision\.xml: expected content with SHA-256/)
  restore('vision.xml')

  change('text-states.xml', (content) => content.toString().replace('eps="', 'eps="9'))
  await refused(/text-states\.xml: expected \d+ bytes/)
  change('text-states.xml', (content) => content.toString().replace('eps="90.', 'eps="1.'))
  await openIr(folder) // what is seldom needed is read when it is, or when every byte is looked at
  await refused(/text-states\.xml: expected content with SHA-256/, 'BAD_IR', 'hash')
  restore('text-states.xml')

  change('config.json', (content) => content.toString().replace('"layers": 3', '"layers": 4'))
  await refused(/config\.json: expected content with SHA-256/)
  restore('config.json')
  change('generation_config.json', () => '{ "eos_token_id": 7 }') // settings are the user's
  assert.equal((await openIr(folder)).generationConfig.eos_token_id, 7)
})

test('a stamp that is damaged, of another version or contradicts itself is refused', async (t) => {
  const { change, refused } = await opened(t)
  const stamped = async (rewrite: (stamp: Stamp) => unknown, message: RegExp) => {
    let before = ''
    change(STAMP_FILE, (content) => (before = content.toString()))
    changeStamp(change, rewrite)
    await refused(message)
    change(STAMP_FILE, () => before)
  }
  await stamped(
    (stamp) => ({ ...stamp, format: 1 }),
    /expected format \d, which this version writes and reads, but found 1/,
  )
  await stamped(
    (stamp) => ({ ...stamp, parts: undefined }),
    /expected an object for parts, but found undefined/,
  )
  await stamped(
    ({ parts, ...rest }) => ({
      ...rest,
      parts: { ...parts, text: { ...parts.text, bin: { bytes: -1, sha256: '' } } },
    }),
    /expected an integer from 0 for parts\.text\.bin\.bytes, but found -1; convert the checkpoint again/,
  )
  await stamped(
    ({ parts, ...rest }) => ({
      ...rest,
      parts: { ...parts, text: { ...parts.text, xml: { bytes: 1e12, sha256: '0'.repeat(64) } } },
    }),
    /text\.xml: expected at most \d+ bytes, but the stamp says 1000000000000/,
  )
  await stamped(
    ({ parts, ...rest }) => ({
      ...rest,
      parts: { ...parts, text: { ...parts.text, settings: { precision: 'int2' } } },
    }),
    /expected fp32, fp16, int8, int4 for parts\.text\.settings\.precision, but found 'int2'/,
  )
  await stamped((stamp) => ({ ...stamp, files: {} }), /expected config\.json in files/)
  await stamped(
    (stamp) => ({ ...stamp, detailed: { ...stamp.detailed, 'text-states': {} } }),
    /expected an integer from 0 for detailed\.text-states\.bytes/,
  )
  change(STAMP_FILE, () => '{ "format": 3, "format": 3 }')
  await refused(/openvino_kosmos2\.json: not valid JSON/)
})

test('a graph that its stamp vouches for is still checked: no constant outside the .bin, no stray edge, no operation of others', async (t) => {
  const forged = async (rewrite: (xml: string) => string, message: RegExp) => {
    const { forge, refused } = await opened(t)
    forge('text.xml', rewrite)
    await refused(message)
  }
  await forged(
    (xml) =>
      xml
        .replace(/offset="\d+" size="16650(\d+)"/, 'offset="99999999" size="16650$1"')
        .replace(/offset="64"/, 'offset="99999999"'),
    /text\.xml: expected .* inside the \d+ bytes of the \.bin, but it ends at \d+; convert the checkpoint again/,
  )
  await forged(
    (xml) => xml.replace(/ size="8"/, ' size="9"'),
    /expected type, shape, offset and size that agree for/,
  )
  await forged(
    (xml) => xml.replace(/shape="1" offset/, 'shape="1e0" offset'),
    /expected type, shape, offset and size that agree for/,
  )
  await forged(
    (xml) => xml.replace(' offset="0"', ' offset="-8"'),
    /expected type, shape, offset and size that agree/,
  )
  await forged((xml) => xml.replace('type="Gelu"', 'type="TensorIterator"'), /but found TensorIterator/)
  await forged(
    (xml) => xml.replace('from-layer="0"', 'from-layer="999999"'),
    /expected an edge from an earlier layer's/,
  )
  await forged(
    (xml) =>
      xml.replace(
        /from-layer="\d+" from-port="\d+" to-layer="9" /,
        'from-layer="30" from-port="0" to-layer="9" ',
      ),
    /an earlier/,
  )
  await forged((xml) => xml.replace(/\t\t<edge .*\n/, ''), /expected an edge from|expected \d+ edges to/)
  await forged(
    (xml) => xml.replace('<layer id="1"', '<layer id="0"'),
    /expected an id of its own for a layer, but found '0'/,
  )
  await forged((xml) => xml.replace('version="11"', 'version="10"'), /expected <net version="11">/)
  await forged((xml) => xml.replace('<dim>64</dim>', '<dim>x</dim>'), /expected a size in .*, but found 'x'/)
  await forged((xml) => xml.replace('precision="I64"', 'precision="STRING"'), /expected a known precision/)
  await forged((xml) => xml.slice(0, xml.length / 2), /expected one element and what belongs to it/)
  await forged((xml) => xml.replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'), /cannot read on at character/)
})
