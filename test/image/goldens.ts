// Where the goldens of pictures are.

/** The URL of a file in test/goldens. */
export function golden(path: string): URL {
  return new URL(`../goldens/${path}`, import.meta.url)
}

/** The URL of a small picture of some kind. */
export function picture(name: string): URL {
  return golden(`image/pictures/${name}`)
}
