// `npm run evaluate`: how good a model is, on the held-out scenes or on published annotations.
import { runCommand } from '../src/cli/run.ts'
import { createTerminal } from '../src/cli/terminal.ts'
import { evaluate } from './evaluate/command.ts'

process.exitCode = await runCommand(evaluate, process.argv.slice(2), createTerminal, 'npm run')
