// Taking an answer along: the annotated picture, the result and the crops, as files or through the clipboard.
import { useSignal } from '@preact/signals'
import { annotatedPng, annotatedSvg, crops, fileName } from './annotated-file.tsx'
import { type Run, withoutMaps } from './runs.ts'

/** The result as JSON: what was asked, what came, and of which picture. */
function resultOf(run: Run): string {
  const { modelName, prompt, text, raw, entities, confidence, timing, limited, request, picture } = run
  const { name, width, height, truth } = picture
  const boxes = run.boxes.map(withoutMaps)
  const asked = { model: modelName, picture: { name, width, height, truth }, request, prompt }
  return `${JSON.stringify({ ...asked, text, raw, entities, boxes, confidence, timing, limited }, undefined, 2)}\n`
}

function download(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(link.href)
  }, 10_000)
}

/** A row of buttons; what they did, or why not, stands beside them. */
export function Export({ run }: { run: Run }) {
  const note = useSignal('')
  const doing = (done: string, action: () => Promise<unknown>) => () => {
    note.value = ''
    action().then(
      () => {
        note.value = done
      },
      (error: unknown) => {
        note.value = `Not possible here: ${error instanceof Error ? error.message : String(error)}`
      },
    )
  }
  const base = fileName(run.picture.name.replace(/\.\w+$/, ''))
  const json = (): Blob => new Blob([resultOf(run)], { type: 'application/json' })
  return (
    <div class="export" role="group" aria-label="Download or copy">
      <span class="export-label">Download</span>
      <button
        type="button"
        onClick={doing('', async () => {
          download(await annotatedPng(run), `${base}.annotated.png`)
        })}
      >
        PNG
      </button>
      <button
        type="button"
        onClick={doing('', async () => {
          download(await annotatedSvg(run), `${base}.annotated.svg`)
        })}
      >
        SVG
      </button>
      <button
        type="button"
        onClick={doing('', () => {
          download(json(), `${base}.json`)
          return Promise.resolve()
        })}
      >
        JSON
      </button>
      {run.entities.length > 0 && (
        <button
          type="button"
          onClick={doing('', async () => {
            for (const { name, file } of await crops(run)) download(file, `${base}.${name}`)
          })}
        >
          Crops
        </button>
      )}
      <span class="export-label">Copy</span>
      <button
        type="button"
        onClick={doing('The picture is copied.', () =>
          navigator.clipboard.write([new ClipboardItem({ 'image/png': annotatedPng(run) })]),
        )}
      >
        Picture
      </button>
      <button
        type="button"
        onClick={doing('The result is copied.', () => navigator.clipboard.writeText(resultOf(run)))}
      >
        Result
      </button>
      <span class="quiet" role="status">
        {note.value}
      </span>
    </div>
  )
}
