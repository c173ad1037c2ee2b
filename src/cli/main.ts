#!/usr/bin/env node
// `npx kosmos2`: the library at the command line. Start reading at run.ts.
import { run } from './run.ts'

// Whoever reads the output has had enough, as `head` has: that is no failure, and nothing is left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
// Nobody to tell.
process.stderr.on('error', () => {})

process.exitCode = await run(process.argv.slice(2))
