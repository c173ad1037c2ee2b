// The drawings of all stickers: one picture that holds them side by side, and where each of them lies in it.

/** Where a drawing lies in the atlas, in its pixels. */
export type Place = readonly [x: number, y: number, width: number, height: number]

/** The atlas, ready to draw from. */
export interface Atlas {
  /** An address that this page alone knows. */
  readonly url: string
  readonly image: ImageBitmap
  readonly icons: ReadonlyMap<string, Place>
}

/**
 * Reads an atlas: its index, and the picture of the same name beside it.
 * @param read - fetches an address of the server
 * @throws {TypeError} if the index does not say where the drawings are
 */
export async function readAtlas(
  indexPath: string,
  read: (path: string) => Promise<Response>,
): Promise<Atlas> {
  const [index, picture] = await Promise.all([
    read(indexPath).then((response) => response.json() as Promise<unknown>),
    read(indexPath.replace(/\.json$/, '.webp')).then((response) => response.blob()),
  ])
  if (!isIndex(index)) throw new TypeError(`Expected { icons } in ${indexPath}, but received something else`)
  return {
    url: URL.createObjectURL(picture),
    image: await createImageBitmap(picture),
    icons: new Map(Object.entries(index.icons)),
  }
}

const isIndex = (value: unknown): value is { readonly icons: Readonly<Record<string, Place>> } =>
  typeof value === 'object' && value !== null && 'icons' in value && typeof value.icons === 'object'
