// A button that is on or off.
import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'

/** Switches a signal. */
export function Toggle({ state, children }: { state: Signal<boolean>; children: ComponentChildren }) {
  return (
    <button
      type="button"
      class="toggle"
      aria-pressed={state.value}
      onClick={() => {
        state.value = !state.value
      }}
    >
      {children}
    </button>
  )
}
