// A processor's folder with the vocabulary of the scenes, for tests: the embedded model's own files with other words.
import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVocabulary } from '../../scripts/scenes/words.ts'

const MODEL = new URL('../../models/kosmos2-tiny/', import.meta.url)
const SPECIAL = ['<s>', '<pad>', '</s>', '<unk>'] as const

interface TokenizerFile {
  added_tokens: { id: number; content: string }[]
  model: { vocab: [piece: string, score: number][] }
}

/** Writes the folder, which is the caller's to remove. @returns its path */
export async function writeVocabularyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kosmos2-scenes-'))
  for (const name of ['config.json', 'processor_config.json', 'tokenizer_config.json'])
    await copyFile(new URL(name, MODEL), join(folder, name))
  const file = JSON.parse(await readFile(new URL('tokenizer.json', MODEL), 'utf8')) as TokenizerFile
  const { words, punctuation } = createVocabulary()
  file.model.vocab = [
    ...SPECIAL.map((piece): [string, number] => [piece, 0]),
    ...words.map((word): [string, number] => [`\u2581${word}`, -6]),
    ...punctuation.map((mark): [string, number] => [mark, -5]),
    ['\u2581', -9],
    ['<mask>', 0],
  ]
  const places = new Map(file.model.vocab.map(([piece], id) => [piece, id]))
  let next = file.model.vocab.length
  for (const token of file.added_tokens) token.id = places.get(token.content) ?? next++
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(file))
  return folder
}
