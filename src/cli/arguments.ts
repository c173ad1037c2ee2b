// From words to options and operands, with an answer to each mistake.
import { parseArgs } from 'node:util'
import { type Command, COMMON_OPTIONS, type Options, type Values } from './command.ts'
import { UsageError } from './exit-status.ts'
import { nearest } from './nearest.ts'

/** A command line, taken apart. */
export interface Arguments {
  readonly operands: readonly string[]
  readonly values: Values<Options>
  readonly isHelp: boolean
  readonly isQuiet: boolean
}

/**
 * Reads the words behind a command's name.
 * @throws {UsageError} for an unknown option (naming the nearest), a value that is missing, not asked for or none of the
 *   choices, and for too few or too many operands
 */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const known: Options = { ...command.options, ...COMMON_OPTIONS }
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  )
  // Not `strict`, whose messages know no nearest word.
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const values: Record<string, string | boolean> = Object.fromEntries(
    Object.entries(known)
      .filter(([, { value }]) => value === undefined)
      .map(([name]) => [name, false]),
  )
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined
    if (option === undefined) throw unknownOption(token.rawName, known)
    values[token.name] = optionValue(token, option)
  }
  const isHelp = values['help'] === true
  if (!isHelp) checkCount(command, positionals)
  return {
    operands: positionals,
    values: values as Values<Options>,
    isHelp,
    isQuiet: values['quiet'] === true,
  }
}

interface OptionToken {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function optionValue({ rawName, value, inlineValue }: OptionToken, option: Option): string | true {
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`Expected no value for ${rawName} but received '${value}'`)
    return true
  }
  const { choices } = option
  const expected = choices === undefined ? option.value : choices.join(', ')
  // `--model --json` is a forgotten value; `-` is standard input or output.
  if (value === undefined || value === '' || (inlineValue !== true && /^-./.test(value)))
    throw new UsageError(
      `Expected a value for ${rawName} (${expected})${value ? ` but '${value}' follows` : ''}`,
    )
  if (choices !== undefined && !choices.includes(value)) {
    const guess = nearest(value, choices)
    throw new UsageError(
      `Expected one of ${expected} for ${rawName} but received '${value}'${guess === undefined ? '' : `; did you mean ${guess}?`}`,
    )
  }
  return value
}
type Option = Options[string]

function unknownOption(rawName: string, known: Options): UsageError {
  const name = nearest(rawName.replace(/^-+/, ''), Object.keys(known))
  return new UsageError(
    `Unknown option ${rawName}; ${name === undefined ? `its options are ${Object.keys(known).map(dashed).join(', ')}` : `did you mean ${dashed(name)}?`}`,
  )
}

const dashed = (name: string): string => `--${name}`

function checkCount(
  { name, operands, count: [least, most = Infinity] }: Command,
  given: readonly string[],
): void {
  if (given.length < least)
    throw new UsageError(
      `Expected ${operands} for ${name} but received ${given.length === 0 ? 'nothing' : given.join(' ')}`,
    )
  if (given.length > most)
    throw new UsageError(
      `Expected ${most === 0 ? 'no operand' : operands} for ${name}, so ${show(given.slice(most))} is too much`,
    )
}

function show(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ')
}

/** A whole number from `least`. @throws {UsageError} for anything else that was given */
export function wholeNumber(name: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`Expected a whole number from ${least} for --${name} but received '${text}'`)
  return number
}
