// Making a scene: a background, stickers to put on it, and what can be done to the chosen sticker.
import { useSignal } from '@preact/signals'
import { withArticle } from '../../../scripts/scenes/things.ts'
import type { Atlas, Place } from './atlas.ts'
import { backgroundUrl } from './paint-scene.ts'
import { BACKGROUNDS, DRAWINGS, MOST_STICKERS, toFront, withSticker } from './scene.ts'
import { chosenSticker, onStickerKey } from './scene-layer.tsx'
import { atlas } from './server.ts'
import { arranging, scene } from './work.ts'

/** The panel beside the scene. */
export function SceneMaker() {
  const search = useSignal('')
  const drawings = atlas.value
  if (drawings === undefined) return null
  const wanted = search.value.trim().toLowerCase()
  const offered = DRAWINGS.filter(
    ({ name, icon, group }) => drawings.icons.has(icon) && (name.includes(wanted) || group.includes(wanted)),
  )
  const isFull = scene.value.stickers.length >= MOST_STICKERS
  return (
    <section class="scene-maker panel" aria-label="Scene maker">
      <div class="group" role="group" aria-label="What the pointer does">
        <button
          type="button"
          class="toggle"
          aria-pressed={arranging.value}
          onClick={() => {
            arranging.value = true
          }}
        >
          Arrange stickers
        </button>
        <button
          type="button"
          class="toggle"
          aria-pressed={!arranging.value}
          onClick={() => {
            arranging.value = false
          }}
        >
          Draw boxes
        </button>
      </div>
      <ChosenSticker />
      <ul class="backgrounds" aria-label="Background">
        {[...BACKGROUNDS.keys()].map((words) => (
          <li key={words}>
            <button
              type="button"
              class="background"
              aria-pressed={scene.value.background === words}
              aria-label={`Background: ${words}`}
              title={words}
              onClick={() => {
                scene.value = { ...scene.value, background: words }
              }}
            >
              <img src={backgroundUrl(words, 64)} alt="" width={32} height={32} />
            </button>
          </li>
        ))}
      </ul>
      <label class="search">
        <span>Stickers</span>
        <input
          type="search"
          placeholder="dog, food, vehicle…"
          value={search.value}
          onInput={(event) => {
            search.value = event.currentTarget.value
          }}
        />
      </label>
      <ul class="palette" aria-label="Stickers to place">
        {offered.map(({ name, icon }) => (
          <li key={icon}>
            <button
              type="button"
              class="sticker-choice"
              aria-label={`Place ${withArticle(name)} (${icon.replaceAll('-', ' ')})`}
              title={name}
              disabled={isFull}
              onClick={() => {
                arranging.value = true
                scene.value = withSticker(scene.value, name, icon)
                chosenSticker.value = scene.value.stickers.at(-1)?.key
              }}
            >
              <Icon atlas={drawings} place={drawings.icons.get(icon)!} />
            </button>
          </li>
        ))}
      </ul>
      {offered.length === 0 && <p class="quiet">No sticker is called that.</p>}
      {isFull && <p class="quiet">A scene holds {MOST_STICKERS} stickers at most.</p>}
    </section>
  )
}

function Icon({ atlas: { url, image }, place: [x, y, width, height] }: { atlas: Atlas; place: Place }) {
  const side = Math.max(width, height)
  return (
    <svg viewBox={`0 0 ${side} ${side}`} width={32} height={32} aria-hidden="true">
      <svg
        x={(side - width) / 2}
        y={(side - height) / 2}
        width={width}
        height={height}
        viewBox={`${x} ${y} ${width} ${height}`}
      >
        <image href={url} width={image.width} height={image.height} />
      </svg>
    </svg>
  )
}

/** The keys of a sticker as buttons, for those who have a finger only. */
function ChosenSticker() {
  const sticker = scene.value.stickers.find(({ key }) => key === chosenSticker.value)
  const key = (name: string, label: string, sign: string) => (
    <button
      type="button"
      aria-label={label}
      disabled={sticker === undefined}
      onClick={() => sticker && onStickerKey(name, sticker)}
    >
      {sign}
    </button>
  )
  return (
    <div class="group" role="group" aria-label="Chosen sticker">
      <span class="chosen-name">{sticker?.name ?? 'No sticker chosen'}</span>
      {key('-', 'Smaller', '−')}
      {key('+', 'Larger', '+')}
      {key('f', 'Flip', '⇋')}
      <button
        type="button"
        aria-label="To the front"
        disabled={sticker === undefined}
        onClick={() => {
          if (sticker !== undefined) scene.value = toFront(scene.value, sticker.key)
        }}
      >
        ⤒
      </button>
      {key('Delete', 'Remove', '×')}
      <p id="sticker-keys" class="hint">
        Arrow keys move a sticker, plus and minus size it, F flips it, Delete removes it.
      </p>
    </div>
  )
}
