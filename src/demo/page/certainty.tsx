// How sure the model was of the box that is looked at: the two corners, and which one's map lies over the picture.
import { describeBox } from './box.ts'
import { corner } from './heat-map.tsx'
import { percent } from './percent.ts'
import { examined, type Run } from './runs.ts'

const CORNERS = ['upper left', 'lower right'] as const

/** The corners of one box; nothing while none is looked at. */
export function Certainty({ run }: { run: Run }) {
  const box = run.boxes[examined.value ?? -1]
  if (box === undefined) return null
  const name = run.entities[box.entity]?.name.trim() ?? ''
  return (
    <section class="certainty" aria-label={`How sure the model was of ${name}`}>
      {box.confidence === null ? (
        <p class="quiet">This box was given with the question, so that there is nothing to be sure of.</p>
      ) : (
        <>
          <div class="group" role="group" aria-label="Corner whose map is shown">
            {CORNERS.map((words, which) => (
              <button
                key={words}
                type="button"
                class="toggle meter"
                aria-pressed={corner.value === which}
                disabled={box.maps === undefined}
                onClick={() => {
                  corner.value = which as 0 | 1
                }}
              >
                <span>{words}</span>
                <strong>{percent(box.confidence![which]!)}</strong>
                <meter
                  min={0}
                  max={1}
                  value={box.confidence![which]}
                  aria-label={`Probability of the ${words} corner`}
                />
              </button>
            ))}
            <button
              type="button"
              aria-label="Close the heat map"
              onClick={() => {
                examined.value = undefined
              }}
            >
              ×
            </button>
          </div>
          <p class="quiet">
            {box.maps === undefined
              ? 'The map is kept for answers of this page only; ask again to see it.'
              : 'Over the picture: how likely each of the 32 × 32 places was for this corner.'}{' '}
            {box.finer !== null && `Between the places: ${describeBox(box.finer)}.`}
          </p>
        </>
      )}
    </section>
  )
}
