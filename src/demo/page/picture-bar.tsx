// Where pictures come from: a file, the clipboard, the examples, the scene maker; and the help for photographs.
import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Example } from '../api.ts'
import { request } from './client.ts'
import { atlas, server } from './server.ts'
import { makingScene, picture, pictureProblem, takeExample, takePicture } from './work.ts'

/** Takes what was dropped or pasted, if there is a picture in it. @returns whether there was something to take */
export function takeFrom(data: DataTransfer | null): boolean {
  const file = data?.files[0]
  if (file === undefined) return false
  void takePicture(file, file.name)
  return true
}

/** Buttons and thumbnails to choose a picture with. */
export function PictureBar() {
  const input = useRef<HTMLInputElement>(null)
  const examples = server.value?.examples ?? []
  return (
    <section class="sources panel" aria-label="Choose a picture">
      <div class="group">
        <button type="button" class="strong" onClick={() => input.current?.click()}>
          Choose picture…
        </button>
        <input
          ref={input}
          type="file"
          accept="image/*"
          hidden
          aria-label="Picture file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            event.currentTarget.value = ''
            if (file !== undefined) void takePicture(file, file.name)
          }}
        />
        {atlas.value !== undefined && (
          <button
            type="button"
            aria-pressed={makingScene.value}
            class="toggle"
            onClick={() => {
              makingScene.value = !makingScene.value
            }}
          >
            Scene maker
          </button>
        )}
      </div>
      {pictureProblem.value !== '' && (
        <p class="problem" role="alert">
          {pictureProblem.value}
        </p>
      )}
      {examples.length > 0 && (
        <ul class="examples" aria-label="Examples">
          {examples.map((example) => (
            <li key={example.path}>
              <ExampleButton example={example} />
            </li>
          ))}
        </ul>
      )}
      {server.value?.checkpoint.isEmbedded === true && !makingScene.value && <PhotographHelp />}
    </section>
  )
}

function ExampleButton({ example }: { example: Example }) {
  const url = useThumbnail(example.path)
  const isChosen = !makingScene.value && picture.value?.name === example.name
  return (
    <button
      type="button"
      class="example"
      aria-pressed={isChosen}
      aria-label={`Example ${example.name}`}
      onClick={() => void takeExample(example.path, example.name)}
    >
      {url !== undefined && <img src={url} alt="" width={56} height={56} />}
    </button>
  )
}

const thumbnails = signal<Readonly<Record<string, string>>>({})

/** Examples need the token as all else does, so that they come by `fetch` and not by their address. */
function useThumbnail(path: string): string | undefined {
  const [isAsked, setAsked] = useState(false)
  useEffect(() => {
    if (isAsked || thumbnails.value[path] !== undefined) return
    setAsked(true)
    void request(path)
      .then((response) => response.blob())
      .then((file) => {
        thumbnails.value = { ...thumbnails.value, [path]: URL.createObjectURL(file) }
      })
      .catch(() => {
        setAsked(false)
      })
  }, [path, isAsked])
  return thumbnails.value[path]
}

/** What a person with a photograph has to know: the embedded model has seen drawings only. */
function PhotographHelp() {
  return (
    <details class="help">
      <summary>Photographs?</summary>
      <p>
        The model that comes with the project knows drawings such as those of the scene maker, and no
        photographs. Those need the real checkpoint, which is the same code with another name. It is
        downloaded once, 6.7 GB, with progress in the terminal; converted to INT4 it runs in 1.4 GB of memory.
        Stop this server, and start it with:
      </p>
      <pre tabIndex={0}>npm run demo -- --model microsoft/kosmos-2-patch14-224</pre>
    </details>
  )
}
