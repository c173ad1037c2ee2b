// `kosmos2 setup`: OpenVINO's runtime in the user's cache.
import { sep } from 'node:path'
import { defineCommand } from './command.ts'
import { megabytes } from './format.ts'
import { library } from './library.ts'
import { runtimeLines, runtimeReport } from './runtime.ts'

export const setup = defineCommand({
  name: 'setup',
  summary: "Fetches OpenVINO's runtime, which converted models run on",
  operands: '',
  count: [0, 0],
  options: {
    wheel: {
      value: 'FILE|URL',
      help: 'take it from this wheel of openvino, in place of asking pip for it: for machines without network or pip',
    },
    json: { help: 'one JSON document' },
  },
  notes: [
    'The runtime comes from the wheel of openvino on the Python package index (60 MB), by way of your own pip and its settings; once it is fetched, no Python is needed. It is checked against the hash that this package knows, and lies in KOSMOS2_CACHE, or kosmos2-openvino where the system keeps caches. Run again, it is checked and kept.',
    'The original model (a checkpoint that was not converted) does not need it.',
  ],
  examples: [
    ['setup', 'What converted models need, once on each machine.'],
    ['setup --wheel openvino-2026.4.1-22982-cp312-cp312-manylinux_2_28_x86_64.whl', 'Without network.'],
  ],
  async run({ values, terminal, signal }) {
    const { fetchRuntime } = await library()
    const titles = {
      check: 'Looking at what is there',
      download: 'Downloading OpenVINO',
      unpack: 'Unpacking OpenVINO',
    }
    const fetched = await fetchRuntime({
      wheel: values.wheel,
      signal,
      onProgress({ step, loaded, total }) {
        if (loaded === undefined || total === undefined) terminal.progress.update(titles[step])
        else
          terminal.progress.update(
            titles[step],
            loaded / total,
            `${megabytes(loaded)} of ${megabytes(total)}`,
          )
      },
    })
    terminal.note(`${fetched.isReused ? 'It is there already, whole' : 'Fetched'}: ${fetched.folder}`)
    const report = await runtimeReport()
    terminal.print(values.json ? JSON.stringify({ ...fetched, runtime: report }) : runtimeLines(report))
    if (report.libraryPath?.startsWith(fetched.folder + sep) !== true)
      terminal.note('Another runtime comes before the fetched one, so that is what runs here.')
    return true
  },
})
