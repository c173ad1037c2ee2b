// Lists of what belongs together.

/** The entries in groups of one key, groups in the order of their first entry. */
export function groupBy<Entry>(entries: readonly Entry[], key: (entry: Entry) => unknown): Entry[][] {
  const groups = new Map<unknown, Entry[]>()
  for (const entry of entries) {
    const group = groups.get(key(entry))
    if (group === undefined) groups.set(key(entry), [entry])
    else group.push(entry)
  }
  return [...groups.values()]
}
