// `npm run train`: trains the embedded model.
import './setup/require-node.mjs'

const { existsSync } = await import('node:fs')
const { resolve } = await import('node:path')
const { pythonEnvironment } = await import('./setup/environment.mjs')
const { main } = await import('./setup/main.mjs')
const { inProject, node24 } = await import('./setup/paths.mjs')
const { CommandFailed, Problem } = await import('./setup/problem.mjs')
const { run } = await import('./setup/run.mjs')
const { trainingPython } = await import('./train/environment.mjs')
const { help, options, trainArguments } = await import('./train/options.mjs')

await main(help, options, async ({ values, signal }) => {
  const args = trainArguments(values)
  if (!existsSync(node24)) throw new Problem('The project is not set up; run `npm run setup` first.')
  const python = await trainingPython(values.python, signal)
  const folder = resolve(values.folder ?? inProject('models', 'kosmos2-tiny-training'))
  const script = (/** @type {string} */ name) => inProject('scripts', 'train', name)
  const program = values['box-refiner'] ? 'train_box_refiner.py' : 'train.py'
  const command = values['self-check']
    ? [script('self_check.py')]
    : [script(program), '--node', node24, '--folder', folder, ...args]
  const env = {
    ...pythonEnvironment(),
    // Nothing is fetched from a hub: everything that the training reads lies here.
    HF_HUB_OFFLINE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // A thread that waits for the other stays awake for microseconds only: beside other work, one that spins for longer
    // takes the time that the other needs.
    GOMP_SPINCOUNT: process.env.GOMP_SPINCOUNT ?? '20000',
  }
  try {
    await run(python, command, { env, signal, show: true })
  } catch (error) {
    // What went wrong is on the terminal already.
    if (error instanceof CommandFailed) return error.status
    throw error
  }
  return 0
})
