// The answers of this tab, the newest first; each brings its picture back.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { fileOf } from './picture-files.ts'
import { history, recall, type Run, shown } from './runs.ts'

/** A strip of small pictures with the beginnings of their answers. */
export function HistoryStrip() {
  if (history.value.length === 0) return null
  const current = shown.value[0]?.value.key
  return (
    <section class="history" aria-label="History of this session">
      <header>
        <h2>History</h2>
        <button
          type="button"
          class="small"
          onClick={() => {
            history.value = []
          }}
        >
          Clear
        </button>
      </header>
      <ul>
        {history.value.map((entry) => (
          <li key={entry[0]!.key}>
            <Entry entry={entry} isCurrent={entry[0]!.key === current} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Entry({ entry, isCurrent }: { entry: readonly Run[]; isCurrent: boolean }) {
  const [first] = entry as [Run]
  const url = useSignal('')
  useEffect(() => {
    void fileOf(first.picture.key).then((file) => {
      if (file !== undefined) url.value = URL.createObjectURL(file)
    })
    return () => {
      URL.revokeObjectURL(url.value)
    }
  }, [first.picture.key])
  return (
    <button type="button" class="entry" aria-current={isCurrent} onClick={() => void recall(entry)}>
      {url.value === '' ? (
        <span class="thumbnail" />
      ) : (
        <img class="thumbnail" src={url.value} alt="" width={44} height={44} />
      )}
      <span class="words">
        <span class="text">{first.text}</span>
        <span class="quiet">{entry.map(({ modelName }) => modelName).join(' and ')}</span>
      </span>
    </button>
  )
}
