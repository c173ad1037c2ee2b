// `npm test`: sets up what it needs, checks types, lint and format, and runs the tests.
import './setup/require-node.mjs'

const { availableParallelism } = await import('node:os')
const { delimiter, dirname } = await import('node:path')
const { main } = await import('./setup/main.mjs')
const { inProject, node24 } = await import('./setup/paths.mjs')
const { CommandFailed } = await import('./setup/problem.mjs')
const { createProgress } = await import('./setup/progress.mjs')
const { run, ownPath } = await import('./setup/run.mjs')
const { setUp } = await import('./setup/set-up.mjs')

const help = `npm test [-- FILE ...]

Sets up what is not ready, checks types, lint and format, and runs all tests; with files, only those tests.

  --help   this text`

const everyTest = 'test/**/*.test.ts'

/** Programs of the packages, on the project's Node: node_modules/.bin may belong to another version of them. */
const checks = {
  types: ['typescript/bin/tsc'],
  'types of scripts': ['typescript/bin/tsc', '-p', 'scripts'],
  'types of the page': ['typescript/bin/tsc', '-p', 'src/demo/page'],
  lint: ['eslint/bin/eslint.js', '.'],
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
}

await main(
  help,
  {},
  async ({ positionals, signal }) => {
    await setUp(signal)
    const failed = positionals.length === 0 ? await failedChecks(signal) : []
    for (const { output } of failed) console.error(output.trim())
    if (failed.length > 0) return 1
    const files = positionals.length === 0 ? [everyTest] : positionals
    const concurrency = `--test-concurrency=${Math.max(2, availableParallelism())}`
    try {
      await run(node24, ['--test', '--test-reporter=spec', concurrency, ...files], {
        env: {
          ...process.env,
          KOSMOS2_CACHE: inProject('.cache', 'kosmos2'),
          PATH: [dirname(node24), inProject('node_modules', '.bin'), ...ownPath].join(delimiter),
        },
        signal,
        show: true,
      })
      return 0
    } catch (error) {
      if (error instanceof CommandFailed) return error.status
      throw error
    }
  },
  true,
)

/** @param {AbortSignal} signal */
async function failedChecks(signal) {
  const progress = createProgress()
  /** @type {InstanceType<typeof CommandFailed>[]} */
  const failed = []
  await Promise.all(
    Object.entries(checks).map(([title, [program = '', ...args]]) =>
      progress
        .step(title, () => run(node24, [inProject('node_modules', program), ...args], { signal }))
        .catch((/** @type {unknown} */ error) => {
          if (!(error instanceof CommandFailed)) throw error
          progress.print(`  ${title}: failed`)
          failed.push(error)
        }),
    ),
  )
  progress.close()
  return failed
}
