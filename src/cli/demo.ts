// `kosmos2 demo`: the page to try a model on.
import { wholeNumber } from './arguments.ts'
import { openBrowser } from './browser.ts'
import { defineCommand } from './command.ts'
import { UsageError } from './exit-status.ts'
import { library } from './library.ts'
import { defaultModel, MODEL_OPTIONS } from './model.ts'

export const demo = defineCommand({
  name: 'demo',
  summary: 'Serves a page to try a model on, and its API',
  operands: '',
  count: [0, 0],
  options: {
    model: MODEL_OPTIONS.model,
    port: { value: 'N', help: 'where it listens; any free port if left out' },
    host: {
      value: 'NAME',
      help: '127.0.0.1 if left out, which this machine alone reaches; 0.0.0.0 for the whole network, behind the token only',
    },
    'allow-origin': {
      value: 'ORIGIN',
      help: 'an origin, such as https://hub.example.org, that leads here through a proxy or shows the page in a frame; several with commas',
    },
    examples: { value: 'FOLDER', help: 'pictures that the page offers to begin with' },
    stickers: {
      value: 'FOLDER',
      help: 'drawings that it makes scenes of: an index in JSON, and a picture of the same name',
    },
    'no-open': { help: 'only prints the address, and opens no browser' },
  },
  notes: [
    'The address holds a random token, made anew each time: whoever has it can use the demo until Ctrl-C ends it.',
    'Other precisions are made of a checkpoint when the page asks for them: beside it, or in the cache where it comes from the hub. A converted model has them where the checkpoint that it is named after lies beside it, as models/kosmos2 beside models/kosmos2-int8.',
  ],
  examples: [
    ['demo --model models/kosmos2', 'The page, in the browser.'],
    ['demo --port 8080 --no-open', 'For programs: see docs/demo-api.md.'],
  ],
  async run({ values, terminal, signal }) {
    const port = wholeNumber('port', values.port, 0) ?? 0
    if (port > 65535)
      throw new UsageError(`Expected a whole number from 0 to 65535 for --port but received '${port}'`)
    const { startDemo } = await library()
    const running = await startDemo({
      model: values.model ?? defaultModel(),
      port,
      allowedOrigins: values['allow-origin']?.split(',') ?? [],
      ...(values.host !== undefined && { host: values.host }),
      ...(values.examples !== undefined && { examples: values.examples }),
      ...(values.stickers !== undefined && { stickers: values.stickers }),
      signal,
    })
    terminal.print(running.url)
    terminal.note('Ctrl-C ends it.')
    if (!values['no-open'] && process.stdout.isTTY) openBrowser(running.url)
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true })
      if (signal.aborted) resolve(undefined)
    })
    await running.close()
    return true
  },
})
