// Ids of texts, fast: every word, mark and tag of a scene's text is one token, so that looking it up is enough.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError } from '../../src/errors.ts'

/** A tag, a word, or a mark. */
const PIECE = /<[^<>]+>|\w+|[^\w\s]/g
/** What SentencePiece puts in place of the space before a word. */
const SPACE = '\u2581'

/** The tags, words and marks of a text. */
export const piecesOf = (text: string): string[] => text.match(PIECE) ?? []

/** Ids of a text, without those of the beginning and the end. */
export type Tokenize = (text: string) => number[]

/** A vocabulary made for the texts of scenes. */
export interface Tokens {
  readonly tokenize: Tokenize
  readonly endOfText: number
  /** Whether an id is one of a place in the picture. */
  isPatch(id: number): boolean
}

/** What is used of a tokenizer.json, if it is one. */
interface TokenizerFile {
  readonly model: { readonly vocab: readonly (readonly [piece: string, score: number])[] }
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[]
}

/**
 * Reads the vocabulary of a tokenizer.
 * @param path - a tokenizer.json, or the folder that holds one
 * @throws {CheckpointError} BAD_TOKENIZER if it is no SentencePiece unigram tokenizer with KOSMOS-2's tags
 */
export async function readTokens(path: string): Promise<Tokens> {
  const file = (await stat(path)).isDirectory() ? join(path, 'tokenizer.json') : path
  const ids = idsOf(file, parsed(file, await readFile(file, 'utf8')))
  const endOfText = idOf('</s>', ids, file)
  const firstPatch = idOf('<patch_index_0000>', ids, file)
  const lastPatch = idOf('<patch_index_1023>', ids, file)
  if (lastPatch - firstPatch !== 1023)
    throw new CheckpointError('BAD_TOKENIZER', `Expected the patch tokens of ${file} to have ids in a row`)
  const known = new Map<string, number>()
  const idOfPiece = (piece: string): number => {
    let id = known.get(piece)
    if (id === undefined) {
      id = idOf(/^\w/.test(piece) ? SPACE + piece : piece, ids, file)
      known.set(piece, id)
    }
    return id
  }
  return {
    tokenize: (text) => piecesOf(text).map(idOfPiece),
    endOfText,
    isPatch: (id) => id >= firstPatch && id <= lastPatch,
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CheckpointError('BAD_TOKENIZER', `Expected ${file} to be JSON, but it is not`, { cause })
  }
}

function idsOf(file: string, value: unknown): Map<string, number> {
  const { model, added_tokens } = value as {
    model?: Partial<TokenizerFile['model']>
  } & Partial<TokenizerFile>
  if (model?.vocab === undefined || added_tokens === undefined)
    throw new CheckpointError(
      'BAD_TOKENIZER',
      `Expected ${file} to have a unigram vocabulary and added tokens`,
    )
  const ids = new Map(model.vocab.map(([piece], id): [string, number] => [piece, id]))
  for (const { content, id } of added_tokens) ids.set(content, id)
  return ids
}

function idOf(piece: string, ids: ReadonlyMap<string, number>, file: string): number {
  const id = ids.get(piece)
  if (id === undefined)
    throw new CheckpointError(
      'BAD_TOKENIZER',
      `Expected ${file} to have a token for '${piece}'; make it from the words that scripts/scenes/words.ts writes`,
    )
  return id
}
