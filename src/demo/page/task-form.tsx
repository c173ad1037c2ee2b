// What is asked: the task, its text, whether phrases are linked to boxes, and the button that runs or stops.
import type { Task } from '../api.ts'
import { countOpenPhrases } from './phrases.ts'
import { ask, running, stop } from './runs.ts'
import { connection, server } from './server.ts'
import { SettingsPanel } from './settings-panel.tsx'
import { boxes, grounded, makingScene, picture, task, texts } from './work.ts'

interface TaskWords {
  readonly task: Task
  readonly label: string
  /** What the text field is called, for tasks that have one. */
  readonly field?: string
  readonly placeholder?: string
  readonly hint: string
}

const TASKS: readonly TaskWords[] = [
  { task: 'caption', label: 'Caption', hint: 'One sentence about the picture.' },
  { task: 'detail', label: 'Details', hint: 'Several sentences about the picture.' },
  {
    task: 'ground',
    label: 'Find',
    field: 'Phrase to find',
    placeholder: 'a dog, the owl on the left, two cars',
    hint: 'Where a phrase is in the picture.',
  },
  { task: 'describe', label: 'Region', hint: 'What is in the boxes that you draw.' },
  {
    task: 'ask',
    label: 'Ask',
    field: 'Question',
    placeholder: 'How many objects are there?',
    hint: 'A question. It may hold a phrase whose box you draw: What is next to<phrase> it</phrase>?',
  },
  {
    task: 'prompt',
    label: 'Free prompt',
    field: 'Prompt',
    placeholder: '<grounding><phrase> It</phrase> is',
    hint: 'The whole prompt, tags and all; each <phrase> without an <object> takes one drawn box.',
  },
]

/** Why the form cannot be run as it is; undefined where it can. */
function obstacle(words: TaskWords): string | undefined {
  if (!makingScene.value && picture.value === null) return 'Choose a picture first.'
  const text = texts.value[words.task] ?? ''
  if (words.field !== undefined && text.trim() === '') return `${words.field}: nothing is written yet.`
  if (words.task === 'describe' && boxes.value.length === 0) return 'Draw a box on the picture first.'
  const phrases = countOpenPhrases(text)
  if ((words.task === 'ask' || words.task === 'prompt') && phrases > 0 && boxes.value.length !== phrases)
    return `The text has ${phrases} phrase${phrases === 1 ? '' : 's'} to link, and ${boxes.value.length} box${boxes.value.length === 1 ? ' is' : 'es are'} drawn.`
  return undefined
}

/** The form, whose Run is also Ctrl and Enter. */
export function TaskForm() {
  const words = TASKS.find((one) => one.task === task.value) ?? TASKS[0]!
  const isRunning = running()
  const problem = obstacle(words)
  const run = (): void => {
    if (problem === undefined && connection.value === 'online') void ask()
  }
  return (
    <form
      class="task panel"
      aria-label="Task"
      onSubmit={(event) => {
        event.preventDefault()
        run()
      }}
    >
      <fieldset class="tasks">
        <legend class="hidden">Task</legend>
        {TASKS.map(({ task: name, label }) => (
          <label key={name} class={name === words.task ? 'chosen' : ''}>
            <input
              type="radio"
              name="task"
              value={name}
              checked={name === words.task}
              onChange={() => {
                task.value = name
              }}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      {words.field !== undefined && <TextField words={words} onRun={run} />}
      <p class="hint" id="task-hint">
        {words.hint}
      </p>
      <div class="run-row">
        {words.task !== 'ground' && words.task !== 'prompt' && (
          <label class="check">
            <input
              type="checkbox"
              checked={grounded.value}
              onChange={(event) => {
                grounded.value = event.currentTarget.checked
              }}
            />
            <span>Link phrases to boxes</span>
          </label>
        )}
        {/* Keys: one button that turns from Stop to Run under the pointer would be pressed twice by one click. */}
        {isRunning ? (
          <button key="stop" type="button" class="run stop" onClick={stop}>
            Stop
          </button>
        ) : (
          <button
            key="run"
            type="submit"
            class="run"
            disabled={problem !== undefined || connection.value !== 'online'}
            aria-describedby="obstacle"
          >
            Run
          </button>
        )}
      </div>
      <p id="obstacle" class={problem === undefined ? 'hidden' : 'quiet'}>
        {problem ?? ''}
      </p>
      <SettingsPanel />
    </form>
  )
}

function TextField({ words, onRun }: { words: TaskWords; onRun: () => void }) {
  const text = texts.value[words.task] ?? ''
  return (
    <>
      <label class="field">
        <span>{words.field}</span>
        <textarea
          rows={words.task === 'prompt' ? 3 : 2}
          value={text}
          placeholder={words.placeholder}
          maxLength={server.value?.limits.promptCharacters}
          aria-describedby="task-hint"
          onInput={(event) => {
            texts.value = { ...texts.value, [words.task]: event.currentTarget.value }
          }}
          onKeyDown={(event) => {
            const runs =
              event.key === 'Enter' &&
              (event.ctrlKey || event.metaKey || (words.task !== 'prompt' && !event.shiftKey))
            if (!runs || event.isComposing) return
            event.preventDefault()
            onRun()
          }}
        />
      </label>
      {words.task === 'prompt' && boxes.value.length > 0 && (
        <button
          type="button"
          onClick={() => {
            texts.value = { ...texts.value, prompt: `${text}<phrase> It</phrase>` }
          }}
        >
          Insert a phrase for a box
        </button>
      )}
    </>
  )
}
