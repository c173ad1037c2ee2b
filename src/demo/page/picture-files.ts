// The pictures of this tab, as files in the browser's own database: a reload loses none. Where there is no database (a
// private window, a frame without storage) they are kept in memory.
import { storageKey } from './kept.ts'

const memory = new Map<string, Blob>()
let opened: Promise<IDBDatabase | undefined> | undefined

function database(): Promise<IDBDatabase | undefined> {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open('kosmos2-demo', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('pictures')
      request.onsuccess = () => {
        resolve(request.result)
      }
      request.onerror = () => {
        resolve(undefined)
      }
    } catch {
      resolve(undefined)
    }
  })
  return opened
}

async function store<T>(
  mode: IDBTransactionMode,
  use: (files: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  const open = await database()
  if (open === undefined) return undefined
  return new Promise((resolve) => {
    const request = use(open.transaction('pictures', mode).objectStore('pictures'))
    request.onsuccess = () => {
      resolve(request.result)
    }
    request.onerror = () => {
      resolve(undefined)
    }
  })
}

/** Keeps a picture under a key. */
export async function keepFile(key: string, file: Blob): Promise<void> {
  memory.set(key, file)
  await store('readwrite', (files) => files.put(file, key))
}

/** The picture of a key; undefined where it is not there any more. */
export async function fileOf(key: string): Promise<Blob | undefined> {
  return (
    memory.get(key) ??
    (await store<Blob | undefined>('readonly', (files) => files.get(key) as IDBRequest<Blob | undefined>))
  )
}

/** Forgets all pictures but those of the given keys. */
export async function keepOnly(keys: ReadonlySet<string>): Promise<void> {
  for (const key of memory.keys()) if (!keys.has(key)) memory.delete(key)
  const stored = (await store('readonly', (files) => files.getAllKeys())) ?? []
  for (const key of stored)
    if (typeof key === 'string' && key.startsWith(tab) && !keys.has(key))
      await store('readwrite', (files) => files.delete(key))
}

/** Tells this tab's pictures from those of others, which share the database. */
const tab = tabName()

/** A key that no other picture has. */
export const newKey = (): string => `${tab}.${crypto.randomUUID()}`

function tabName(): string {
  const random = Math.random().toString(36).slice(2, 12)
  try {
    const known = sessionStorage.getItem(storageKey('tab')) ?? random
    sessionStorage.setItem(storageKey('tab'), known)
    return known
  } catch {
    return random
  }
}
