// Native memory as an ArrayBuffer, without a copy.
import { library } from './library.ts'

/** Making a view costs more than copying 100 KB, and a decoder reads its logits from the same place at each token. */
const kept = new Map<bigint, ArrayBuffer>()
const MAX_KEPT = 16
/** What is larger is copied for longer than it takes to make a view of it, and would count as memory in use. */
const MAX_KEPT_BYTES = 2 ** 22

/**
 * The memory at an address, valid until native code runs again: never handed out. A view that was kept is used only for
 * an address that native code has just given anew, so it is no matter what became of the memory in between.
 */
export function nativeView(address: bigint, bytes: number): ArrayBuffer {
  const known = kept.get(address)
  if (known?.byteLength === bytes) return known
  const view = library().koffi.view(address, bytes)
  kept.delete(address)
  if (bytes > MAX_KEPT_BYTES) return view
  for (const oldest of kept.keys()) {
    if (kept.size < MAX_KEPT) break
    kept.delete(oldest)
  }
  kept.set(address, view)
  return view
}
