// Which model answers, and which one is compared with it; those that are not in memory are loaded when chosen.
import type { Signal } from '@preact/signals'
import type { ModelEntry } from '../api.ts'
import { loadModel, models, server } from './server.ts'
import { askedModels, model, otherModel, pictureProblem } from './work.ts'

/** Two lists of the models, and how far the loading of a chosen one is. */
export function ModelChooser() {
  const entries = server.value?.models ?? []
  const [first = '', other = ''] = askedModels.value
  return (
    <div class="models">
      <Choice label="Model" id={first} state={model} entries={entries} />
      <Choice label="Compare with" id={other} state={otherModel} entries={entries} none="no other" />
      {askedModels.value
        .flatMap((id) => models.value.get(id) ?? [])
        .map((entry) => (
          <LoadingNote key={entry.id} entry={entry} />
        ))}
    </div>
  )
}

interface ChoiceProperties {
  readonly label: string
  readonly id: string
  readonly state: Signal<string>
  readonly entries: readonly ModelEntry[]
  readonly none?: string
}

function Choice({ label, id, state, entries, none }: ChoiceProperties) {
  const choose = (chosen: string): void => {
    state.value = chosen
    const entry = models.value.get(chosen)
    if (entry === undefined || entry.state === 'ready' || entry.state === 'loading') return
    loadModel(entry.weights, entry.device).catch((error: unknown) => {
      pictureProblem.value = error instanceof Error ? error.message : String(error)
    })
  }
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={id}
        onChange={(event) => {
          choose(event.currentTarget.value)
        }}
      >
        {none !== undefined && <option value="">{none}</option>}
        {entries.map((entry) => (
          <option key={entry.id} value={entry.id}>
            {nameOf(entry)}
          </option>
        ))}
      </select>
    </label>
  )
}

function nameOf({ name, device, bytes, state }: ModelEntry): string {
  const size = bytes === undefined ? '' : ` · ${megabytes(bytes)}`
  const suffix = { ready: '', available: ' · not loaded', loading: ' · loading', failed: ' · failed' }[state]
  return `${name} · ${device}${size}${suffix}`
}

const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`

/** What a model is doing before it can answer. */
export function LoadingNote({ entry }: { entry: ModelEntry }) {
  if (entry.state === 'failed')
    return (
      <p class="problem" role="alert">
        {entry.name}: {entry.message}
      </p>
    )
  if (entry.state !== 'loading') return null
  const { part, loaded, total } = entry.progress ?? { part: 'load', loaded: 0, total: 0 }
  return (
    <p class="loading" role="status">
      <span>
        {entry.name} is being made ready: {part}
      </span>
      <progress
        max={total > 0 ? total : undefined}
        value={total > 0 ? loaded : undefined}
        aria-label={`${entry.name}: ${part}`}
      />
    </p>
  )
}
