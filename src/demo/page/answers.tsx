// The answers on the page: one, or two models side by side on the same input.
import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { AnswerText } from './answer-text.tsx'
import { Certainty } from './certainty.tsx'
import { EntitiesTable } from './entities-table.tsx'
import { Export } from './export.tsx'
import { percent } from './percent.ts'
import { ask, front, type Run, shown } from './runs.ts'

/** All answers that are shown, and one sentence about them for those who hear the page. */
export function Answers() {
  const runs = shown.value
  return (
    <section class={runs.length > 1 ? 'answers two' : 'answers'} aria-label="Answers">
      {runs.length === 0 && (
        <div class="panel answer quiet-panel">
          <p>The answer comes here, word by word, and every phrase with its boxes.</p>
        </div>
      )}
      {runs.map((run, index) => (
        <Answer
          key={run.value.key}
          run={run}
          index={index}
          isFront={front.value === index}
          isCompared={runs.length > 1}
        />
      ))}
      <p class="hidden" role="status">
        {runs.map((run) => spoken(run.value)).join(' ')}
      </p>
    </section>
  )
}

/** What is said aloud: the beginning and the end, not every word between them. */
function spoken(run: Run): string {
  const boxes = run.entities.reduce((sum, entity) => sum + entity.boxes.length, 0)
  const { phase, text, modelName } = run
  if (phase === 'done') return `${modelName} answered: ${text}. ${boxes} ${boxes === 1 ? 'box' : 'boxes'}.`
  return `${modelName}: ${noteOf(run)}`
}

/** Where the answer is on its way. */
function noteOf({ phase, position, message, progress }: Run): string {
  switch (phase) {
    case 'sending':
      return 'Sending…'
    case 'queued':
      return message || (position === 0 ? 'Next in the queue…' : `In the queue, ${position} before this one…`)
    case 'loading':
      return `The model is being made ready: ${progress?.part ?? ''}…`
    case 'running':
      return 'Answering…'
    case 'stopped':
      return 'Stopped.'
    case 'failed':
      return message
    case 'done':
      return ''
  }
}

interface AnswerProperties {
  readonly run: Signal<Run>
  readonly index: number
  readonly isFront: boolean
  readonly isCompared: boolean
}

function Answer({ run: { value: run }, index, isFront, isCompared }: AnswerProperties) {
  const heading = useId()
  const bring = (): void => {
    front.value = index
  }
  const isOver = run.phase === 'done' || run.phase === 'stopped' || run.phase === 'failed'
  return (
    <article
      class={`answer panel ${isFront && isCompared ? 'front' : ''}`}
      aria-labelledby={heading}
      data-phase={run.phase}
      onPointerEnter={bring}
      onFocusCapture={bring}
    >
      <header>
        <h2 id={heading}>{run.modelName}</h2>
        {isCompared && (
          <button type="button" class="toggle small" aria-pressed={isFront} onClick={bring}>
            On the picture
          </button>
        )}
      </header>
      <Note run={run} />
      <AnswerText run={run} isFront={isFront} />
      {run.limited && <p class="quiet">It ended at the limit of new tokens; the settings allow more.</p>}
      {isOver && run.phase !== 'done' && (
        <button type="button" onClick={() => void ask()}>
          Ask again
        </button>
      )}
      {run.entities.length > 0 && <EntitiesTable run={run} isFront={isFront} />}
      {isFront && <Certainty run={run} />}
      {run.phase === 'done' && <Details run={run} />}
      {run.text !== '' && isOver && <Export run={run} />}
    </article>
  )
}

function Note({ run }: { run: Run }) {
  const note = noteOf(run)
  if (note === '') return null
  const { total = 0, loaded = 0 } = run.progress ?? {}
  return (
    <p
      class={run.phase === 'failed' ? 'problem' : 'note'}
      role={run.phase === 'failed' ? 'alert' : undefined}
    >
      {run.phase !== 'failed' && run.phase !== 'stopped' && <span class="pulse" aria-hidden="true" />}
      {note}
      {run.phase === 'loading' && total > 0 && (
        <progress max={total} value={loaded} aria-label="Making the model ready" />
      )}
    </p>
  )
}

function Details({ run: { confidence, timing, raw, prompt } }: { run: Run }) {
  if (timing === undefined) return null
  const facts = [
    confidence !== undefined && `${percent(confidence)} sure`,
    timing.firstTokenMs !== null && `first token ${Math.round(timing.firstTokenMs)} ms`,
    `${timing.tokens} tokens`,
    timing.tokensPerSecond !== null && `${Math.round(timing.tokensPerSecond)} a second`,
    `${Math.round(timing.totalMs)} ms in all`,
    timing.queuedMs >= 20 && `${Math.round(timing.queuedMs)} ms of them waiting`,
  ].filter((fact) => fact !== false)
  return (
    <details class="raw">
      <summary>{facts.join(' · ')}</summary>
      <dl>
        <dt>Prompt</dt>
        <dd tabIndex={0}>{prompt}</dd>
        <dt>What the model wrote</dt>
        <dd tabIndex={0}>{raw}</dd>
      </dl>
    </details>
  )
}
