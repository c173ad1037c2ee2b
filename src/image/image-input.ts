// Every form in which a picture may be given.
import type { Sharp } from 'sharp'

/**
 * A picture: the path of a file, an http(s), file or data URL (as a string or a URL object), the bytes of a file, a
 * Blob, or a sharp instance.
 */
export type ImageInput = string | URL | Uint8Array | ArrayBuffer | Blob | Sharp
