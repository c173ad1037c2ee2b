// Signals that outlive a reload: whatever a person typed, drew or chose is kept in the tab's session storage.
import { effect, signal, type Signal } from '@preact/signals'

/** What a value is stored under: behind a proxy several servers share an origin, and differ by the path alone. */
export const storageKey = (name: string): string => `kosmos2${location.pathname}${name}`

/**
 * A signal whose value is read from the session storage and written there whenever it changes. Where there is no
 * storage, or no room in it, the signal is one as any other.
 * @param isValid - whether what was stored, maybe by an older page, can be taken
 */
export function kept<T>(
  name: string,
  initial: T,
  isValid: (value: unknown) => boolean = () => true,
): Signal<T> {
  const key = storageKey(name)
  const value = signal<T>(initial)
  try {
    const stored = sessionStorage.getItem(key)
    if (stored !== null) {
      const parsed: unknown = JSON.parse(stored)
      if (isValid(parsed)) value.value = parsed as T
    }
  } catch {
    // Storage is forbidden in this frame, or holds something else: the initial value stands.
  }
  effect(() => {
    const text = JSON.stringify(value.value)
    try {
      sessionStorage.setItem(key, text)
    } catch {
      // Full or forbidden.
    }
  })
  return value
}
