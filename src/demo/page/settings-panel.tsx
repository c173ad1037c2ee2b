// How an answer is generated: its length, beams, and chance.
import { server } from './server.ts'
import { DEFAULT_GENERATION, type Generation, generation } from './work.ts'

/** The settings, closed at first. */
export function SettingsPanel() {
  const limits = server.value?.limits
  const values = generation.value
  const change = (changes: Partial<Generation>): void => {
    generation.value = { ...values, ...changes }
  }
  return (
    <details class="settings">
      <summary>Settings</summary>
      <div class="fields">
        <NumberField
          label="New tokens, at most"
          value={values.max_new_tokens}
          least={1}
          most={limits?.newTokens}
          onChange={(max_new_tokens) => {
            change({ max_new_tokens })
          }}
        />
        <NumberField
          label="Beams"
          value={values.num_beams}
          least={1}
          most={limits?.beams}
          onChange={(num_beams) => {
            change({ num_beams })
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={values.do_sample}
            onChange={(event) => {
              change({ do_sample: event.currentTarget.checked })
            }}
          />
          <span>Draw tokens by chance</span>
        </label>
        {values.do_sample && (
          <>
            <NumberField
              label="Temperature"
              value={values.temperature}
              least={0.1}
              most={5}
              step={0.1}
              onChange={(temperature) => {
                change({ temperature })
              }}
            />
            <NumberField
              label="Seed"
              value={values.seed}
              least={0}
              most={4294967295}
              onChange={(seed) => {
                change({ seed })
              }}
            />
          </>
        )}
        <button
          type="button"
          onClick={() => {
            generation.value = DEFAULT_GENERATION
          }}
        >
          As at first
        </button>
      </div>
      {values.num_beams > 1 && <p class="quiet">With beams the text comes at the end, not word by word.</p>}
    </details>
  )
}

interface NumberFieldProperties {
  readonly label: string
  readonly value: number
  readonly least: number
  readonly most: number | undefined
  readonly step?: number
  readonly onChange: (value: number) => void
}

/** A number that is taken over only while it is in its range. */
function NumberField({ label, value, least, most, step = 1, onChange }: NumberFieldProperties) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        inputMode={step === 1 ? 'numeric' : 'decimal'}
        value={value}
        min={least}
        max={most}
        step={step}
        onInput={(event) => {
          const { valueAsNumber, validity } = event.currentTarget
          if (validity.valid && Number.isFinite(valueAsNumber)) onChange(valueAsNumber)
        }}
      />
    </label>
  )
}
