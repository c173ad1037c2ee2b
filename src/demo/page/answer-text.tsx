// An answer's text, whose phrases are tied to their boxes: pointing at one, or reaching it with Tab, shows them.
import { entityColour } from '../../plot/colours.ts'
import { examined, type Phrase, pointed, type Run } from './runs.ts'

/** A stretch of text; `entity` is the index of the phrase that it is, if any. */
export interface Stretch {
  readonly text: string
  readonly entity?: number
}

/** Cuts a text at its phrases, whose spans count code points; a phrase inside another stays part of that one. */
export function stretchesOf(text: string, entities: readonly Phrase[]): Stretch[] {
  const points = Array.from(text)
  const order = entities
    .map(({ span }, entity) => ({ start: span[0], end: Math.min(span[1], points.length), entity }))
    .filter(({ start, end }) => end > start)
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
  const stretches: Stretch[] = []
  let at = 0
  for (const { start, end, entity } of order) {
    if (start < at) continue
    if (start > at) stretches.push({ text: points.slice(at, start).join('') })
    stretches.push({ text: points.slice(start, end).join(''), entity })
    at = end
  }
  if (at < points.length) stretches.push({ text: points.slice(at).join('') })
  return stretches
}

/** The text as it is so far. */
export function AnswerText({ run, isFront }: { run: Run; isFront: boolean }) {
  const isComing = run.phase === 'running'
  return (
    <p class="answer-text" aria-busy={isComing} data-testid="answer-text">
      {stretchesOf(run.text, run.entities).map(({ text, entity }, place) =>
        entity === undefined ? (
          <span key={place}>{text}</span>
        ) : (
          <button
            key={place}
            type="button"
            class={isFront && pointed.value === entity ? 'phrase pointed' : 'phrase'}
            style={{ '--entity': entityColour(entity) }}
            data-entity={entity}
            onPointerEnter={() => {
              pointed.value = entity
            }}
            onPointerLeave={() => {
              pointed.value = undefined
            }}
            onFocus={() => {
              pointed.value = entity
            }}
            onBlur={() => {
              pointed.value = undefined
            }}
            onClick={() => {
              const first = run.boxes.findIndex((box) => box.entity === entity)
              examined.value = first < 0 || first === examined.value ? undefined : first
            }}
          >
            {text}
          </button>
        ),
      )}
      {isComing && <span class="caret" aria-hidden="true" />}
    </p>
  )
}
