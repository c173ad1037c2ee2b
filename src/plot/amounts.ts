// Numbers as a chart writes them.

/** Three digits, or all before the point, with commas: `0.983`, `18.5`, `1,234`. */
export function inDigits(value: number): string {
  if (Math.abs(value) >= 999.5) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** Bytes in the unit that gives the fewest digits, three of them kept: `415 MB`; decimal, as disks count. */
export function inBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const step = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1) * 1.0005) / 3)),
  )
  return `${inDigits(bytes / 1000 ** step)} ${units[step]}`
}
