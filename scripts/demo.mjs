// `npm run demo`: the demo on the embedded model, or on another.
import './setup/require-node.mjs'

const { main } = await import('./setup/main.mjs')
const { inProject, node24 } = await import('./setup/paths.mjs')
const { CommandFailed } = await import('./setup/problem.mjs')
const { run } = await import('./setup/run.mjs')
const { partsFor, setUp } = await import('./setup/set-up.mjs')

const help = `npm run demo [-- OPTION]

Sets up what is not ready and serves a page to try a model on; its address is printed, and opened in a browser. Ctrl-C
ends it. The API is described in docs/demo-api.md.

  --model FOLDER   a checkpoint, a converted model or a name on the Hugging Face hub; the embedded model if left out
  --port N         where it listens; any free port if left out
  --host NAME      127.0.0.1 if left out, which this machine alone reaches
  --allow-origin O an origin, such as https://hub.example.org, that leads here through a proxy; several with commas
  --no-open        only prints the address
  --help           this text`

const options = /** @type {const} */ ({
  model: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'allow-origin': { type: 'string' },
  'no-open': { type: 'boolean' },
})

const passedOn = /** @type {const} */ (['port', 'host', 'allow-origin'])

await main(help, options, async ({ values, signal }) => {
  await setUp(signal, partsFor(['build', 'runtime']))
  const { model = inProject('models', 'kosmos2-tiny') } = values
  const args = [
    ...[
      '--model',
      model,
      '--examples',
      inProject('data', 'scenes'),
      '--stickers',
      inProject('data', 'sprites'),
    ],
    ...passedOn.flatMap((name) => (values[name] === undefined ? [] : [`--${name}=${values[name]}`])),
    ...(values['no-open'] ? ['--no-open'] : []),
  ]
  const env = { ...process.env, KOSMOS2_CACHE: process.env.KOSMOS2_CACHE ?? inProject('.cache', 'kosmos2') }
  try {
    await run(node24, [inProject('dist', 'cli', 'main.js'), 'demo', ...args], { env, signal, show: true })
  } catch (error) {
    // Ctrl-C is how one ends it; what else went wrong is on the terminal already.
    if (signal.aborted) return 0
    if (error instanceof CommandFailed) return error.status
    throw error
  }
  return 0
})
