// An HTML table, as notebooks show them, as lines of text for a terminal.

/**
 * @param {string} html - one table; a row with fewer cells than the head continues the row above (rowspan)
 * @returns {string} columns aligned
 */
export function tableText(html) {
  const rows = [...html.matchAll(/<tr\b[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]\b[^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => plainText(cell)),
  )
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const full = rows.map((row) =>
    row.length === 1 ? row : [...Array.from({ length: columns - row.length }, () => ''), ...row],
  )
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...full.filter((row) => row.length > 1).map((row) => row[column]?.length ?? 0)),
  )
  return full
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

/** @param {string} html */
function plainText(html) {
  /** @type {Record<string, string>} */
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
  return html
    .replace(/<span\b[^>]*aria-hidden="true"[^>]*>.*?<\/span>/gs, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&([a-z]+);/g, (whole, /** @type {string} */ name) => named[name] ?? whole)
    .trim()
}
