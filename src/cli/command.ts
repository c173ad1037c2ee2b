// What a command is: its words for help, its options for the parser, and its work.
import type { Terminal } from './terminal.ts'

/** An option, `--name` or `--name VALUE`. */
export interface Option {
  /** What its value is called in help, such as `FOLDER`; an option without it is a switch. */
  readonly value?: string
  /** The only values that it may have. */
  readonly choices?: readonly string[]
  /** Its letter, for `-x`. */
  readonly short?: string
  /** What it does, for help. */
  readonly help: string
}
export type Options = Readonly<Record<string, Option>>

/** The options that were given: true for a switch, a string for the others. */
export type Values<Known extends Options> = {
  readonly [Name in keyof Known]: Known[Name] extends { readonly value: string }
    ? string | undefined
    : boolean
}

/** What the work of a command is given. */
export interface Given<Known extends Options> {
  /** The words that are no options, in their order. */
  readonly operands: readonly string[]
  readonly values: Values<Known>
  readonly terminal: Terminal
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

export interface Command<Known extends Options = Options> {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** Its operands as help shows them, such as `IMAGE...`. */
  readonly operands: string
  /** How many operands it takes: at least, and at most (any number if left out). */
  readonly count: readonly [least: number, most?: number]
  readonly options: Known
  /** Further paragraphs of help. */
  readonly notes?: readonly string[]
  /** Command lines, without `kosmos2`, and what each does. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Resolves to whether everything could be done. */
  run(given: Given<Known>): Promise<boolean>
}

/** The options that every command has. */
export const COMMON_OPTIONS = {
  quiet: { short: 'q', help: 'no progress and no messages, only results and errors' },
  help: { short: 'h', help: 'this text' },
} as const satisfies Options

/** Makes a command, whose work gets the types of its own options. */
export function defineCommand<const Known extends Options>(command: Command<Known>): Command {
  return command
}
