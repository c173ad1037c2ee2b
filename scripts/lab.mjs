// `npm run lab`: JupyterLab on notebooks/.
import './setup/require-node.mjs'

const { main } = await import('./setup/main.mjs')
const { openLab } = await import('./setup/lab.mjs')
const { setUp } = await import('./setup/set-up.mjs')

const help = `npm run lab [-- OPTION]

Sets up what is not ready and opens JupyterLab on notebooks/; Ctrl-C closes it.

  --no-browser   only prints its address
  --port PORT    where it listens, 8888 when that is free
  --help         this text`

await main(
  help,
  { 'no-browser': { type: 'boolean' }, port: { type: 'string' } },
  async ({ values, signal }) => {
    await setUp(signal)
    await openLab(signal, [
      ...(values['no-browser'] ? ['--no-browser'] : []),
      ...(values.port === undefined ? [] : [`--port=${values.port}`]),
    ])
  },
)
