// What `--help` says.
import { type Command, COMMON_OPTIONS, type Options } from './command.ts'

const WIDTH = 80

/** What is written before a command. */
export const PROGRAM = 'kosmos2'

/** The text for `kosmos2 COMMAND --help`. @param program - in place of `kosmos2` */
export function commandHelp(
  { name, summary, operands, options, notes = [], examples }: Command,
  program = PROGRAM,
): string {
  return [
    `Usage: ${program} ${[name, operands, '[OPTION...]'].filter((part) => part !== '').join(' ')}`,
    wrap(`${summary}.`, 0),
    optionTable({ ...options, ...COMMON_OPTIONS }),
    ...notes.map((note) => wrap(note, 0)),
    `Examples:\n${exampleLines(examples, program)}`,
  ].join('\n\n')
}

/** The text for `kosmos2 --help`. */
export function generalHelp(commands: readonly Command[]): string {
  return `Usage: kosmos2 COMMAND [OPERAND...] [OPTION...]

KOSMOS-2 looks at pictures: captions, and boxes for their phrases.

${table(commands.map(({ name, summary }) => [name, summary]))}

  kosmos2 COMMAND --help   options and examples of a command
  kosmos2 --version        version

Results go to standard output, progress and messages to standard error.
Exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted.

Examples:
${exampleLines(commands.map(({ examples }) => examples[0]!))}`
}

function optionTable(options: Options): string {
  return table(
    Object.entries(options).map(([name, { value, short, choices, help }]) => [
      `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${choices?.join('|') ?? value}`}`,
      help,
    ]),
  )
}

function exampleLines(examples: Command['examples'], program = PROGRAM): string {
  return examples.map(([line, what]) => `  ${program} ${line}\n      ${what}`).join('\n')
}

/** Two columns, the second wrapped; where the first is too wide, the second begins on its own line. */
function table(rows: readonly (readonly [string, string])[]): string {
  const indent = Math.min(28, Math.max(...rows.map(([left]) => left.length)) + 5)
  return rows
    .map(([left, right]) => {
      const text = wrap(right, indent)
      const head = `  ${left}`
      return head.length + 2 > indent ? `${head}\n${text}` : head + text.slice(head.length)
    })
    .join('\n')
}

/** Lines of at most 80 columns, each indented. */
function wrap(text: string, indent: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && indent + last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n')
}
