// The phrases of an answer as a table: each box in pixels and in fractions, how sure the model was, and how well it lies.
import { entityColour } from '../../plot/colours.ts'
import type { Corners } from '../api.ts'
import { bestOverlap } from './overlap.ts'
import { percent } from './percent.ts'
import { examined, pointed, type Run } from './runs.ts'

interface Row {
  readonly entity: number
  readonly name: string
  readonly fractions: Corners
  readonly pixels: Corners
  readonly confidence: readonly [number, number] | null | undefined
  /** Among the boxes of the whole answer; undefined while that is still to come. */
  readonly place: number | undefined
}

/** One row a box; while the answer is still to come, without certainty. */
function rowsOf({ boxes, entities, picture: { width, height } }: Run): Row[] {
  if (boxes.length > 0)
    return boxes.map((box, place) => ({ ...box, name: entities[box.entity]?.name ?? '', place }))
  return entities.flatMap(({ name, boxes: own }, entity) =>
    own.map((box) => ({
      entity,
      name,
      fractions: box,
      pixels: [box[0] * width, box[1] * height, box[2] * width, box[3] * height] as const,
      confidence: undefined,
      place: undefined,
    })),
  )
}

/** The table; a press on a row's phrase shows the heat map of its box. */
export function EntitiesTable({ run, isFront }: { run: Run; isFront: boolean }) {
  const { truth } = run.picture
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Phrases and boxes">
      <table>
        <thead>
          <tr>
            <th scope="col">Phrase</th>
            <th scope="col" title="Probability of the tokens of the upper left and of the lower right corner">
              Sure
            </th>
            {truth !== undefined && (
              <th scope="col" title="Intersection over union with what is truly there">
                IoU
              </th>
            )}
            <th scope="col">Pixels</th>
            <th scope="col">Fractions</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(run).map((row, index) => {
            const overlap = truth && bestOverlap(row.name, row.fractions, truth)
            const isExamined = isFront && row.place !== undefined && examined.value === row.place
            return (
              <tr
                key={index}
                class={isFront && pointed.value === row.entity ? 'pointed' : ''}
                onPointerEnter={() => {
                  pointed.value = row.entity
                }}
                onPointerLeave={() => {
                  pointed.value = undefined
                }}
              >
                <th scope="row">
                  <button
                    type="button"
                    class="row-name"
                    aria-pressed={isExamined}
                    disabled={row.place === undefined}
                    onClick={() => {
                      examined.value = isExamined ? undefined : row.place
                    }}
                    onFocus={() => {
                      pointed.value = row.entity
                    }}
                    onBlur={() => {
                      pointed.value = undefined
                    }}
                  >
                    <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
                      <rect width="10" height="10" rx="3" fill={entityColour(row.entity)} />
                    </svg>
                    {row.name.trim() || 'a box without a phrase'}
                  </button>
                </th>
                <td>{sureness(row.confidence)}</td>
                {truth !== undefined && (
                  <td title={overlap && `with the ${overlap.thing}`}>
                    {overlap ? overlap.iou.toFixed(2) : '–'}
                  </td>
                )}
                <td>{row.pixels.map((value) => Math.round(value)).join(', ')}</td>
                <td>{row.fractions.map((value) => value.toFixed(3)).join(', ')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function sureness(confidence: Row['confidence']): string {
  if (confidence === undefined) return '…'
  return confidence === null ? 'given' : confidence.map(percent).join(', ')
}
