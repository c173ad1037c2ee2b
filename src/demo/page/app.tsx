// The whole page: the picture on the left, what is asked and what is answered on the right, the history below.
import { useEffect } from 'preact/hooks'
import { Answers } from './answers.tsx'
import { HistoryStrip } from './history-strip.tsx'
import { ModelChooser } from './model-chooser.tsx'
import { PictureBar, takeFrom } from './picture-bar.tsx'
import { SceneMaker } from './scene-maker.tsx'
import { connection, refusal, server } from './server.ts'
import { Stage } from './stage.tsx'
import { TaskForm } from './task-form.tsx'
import { makingScene, pictureProblem } from './work.ts'

/** The page; pictures may be dropped or pasted anywhere on it. */
export function App() {
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    document.addEventListener(
      'paste',
      (event) => {
        if (takeFrom(event.clipboardData)) event.preventDefault()
      },
      { signal },
    )
    document.addEventListener(
      'dragover',
      (event) => {
        event.preventDefault()
      },
      { signal },
    )
    document.addEventListener(
      'drop',
      (event) => {
        event.preventDefault()
        if (!takeFrom(event.dataTransfer) && event.dataTransfer?.types.includes('text/uri-list') === true)
          pictureProblem.value =
            'Expected a picture, but received the address of one. Save it and choose the file: no address is ever opened.'
      },
      { signal },
    )
    return () => {
      listening.abort()
    }
  }, [])
  return (
    <>
      <header class="top">
        <h1>
          <Mark />
          <span>
            KOSMOS-2 <small>interactive grounding</small>
          </span>
        </h1>
        <ModelChooser />
      </header>
      <ConnectionNote />
      <main>
        <div class="left">
          <Stage />
          {makingScene.value && <SceneMaker />}
          <PictureBar />
        </div>
        <div class="right">
          <TaskForm />
          <Answers />
        </div>
      </main>
      <HistoryStrip />
    </>
  )
}

/** Two boxes, as the model draws them. */
function Mark() {
  return (
    <svg viewBox="0 0 28 28" width="28" height="28" aria-hidden="true" class="mark">
      <rect x="3" y="8" width="15" height="17" rx="3" />
      <rect x="12" y="3" width="13" height="13" rx="3" />
    </svg>
  )
}

function ConnectionNote() {
  if (connection.value === 'denied')
    return (
      <div class="banner" role="alert">
        <strong>The server does not accept this page.</strong> {refusal.value} Open the whole address that it
        printed, with its token.
      </div>
    )
  if (connection.value === 'offline')
    return (
      <div class="banner" role="alert">
        <strong>The server cannot be reached.</strong> Nothing is lost: the page goes on by itself once it is
        back.
      </div>
    )
  if (server.value === undefined)
    return (
      <div class="banner calm" role="status">
        Reaching the server…
      </div>
    )
  return null
}
