// The document that charting libraries draw in, where there is no browser.

let page: Promise<Document> | undefined

/** An empty HTML document, the same one each time; jsdom is loaded with the first call. */
export async function emptyDocument(): Promise<Document> {
  page ??= import('jsdom').then(({ JSDOM }) => new JSDOM('').window.document)
  return page
}
