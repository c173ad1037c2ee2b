// Hugging Face's cache on disk, shared with its Python tools: blobs by hash, and for each commit a folder of links to
// them (huggingface_hub file_download.py).
//
//     models--org--name/blobs/<hash>
//                       refs/<branch or tag>           the commit's hash, as text
//                       snapshots/<commit>/<file>      -> ../../blobs/<hash>
import { randomUUID } from 'node:crypto'
import { constants, copyFile, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileStatus } from './file-status.ts'

/** A commit's full name. */
export const COMMIT_HASH = /^[0-9a-f]{40}$/

/** Where one repository lies in the cache. */
export interface RepositoryCache {
  /** Path of a blob. @param hash - hexadecimal */
  blob(hash: string): string
  /** The folder of a commit: a checkpoint's folder once everything is linked into it. */
  snapshot(commit: string): string
  /** The commit that a branch or tag was at when it was last asked for. */
  readRef(revision: string): Promise<string | undefined>
  /** Remembers the commit that a branch or tag is at. */
  writeRef(revision: string, commit: string): Promise<void>
}

/** @param folder - the repository's own, such as `~/.cache/huggingface/hub/models--org--name` */
export function repositoryCache(folder: string): RepositoryCache {
  const refPath = (revision: string): string => join(folder, 'refs', ...revision.split('/'))
  return {
    blob: (hash) => join(folder, 'blobs', hash),
    snapshot: (commit) => join(folder, 'snapshots', commit),
    readRef: async (revision) => {
      const path = refPath(revision)
      if ((await fileStatus(path))?.isFile() !== true) return undefined
      const commit = (await readFile(path, 'utf8')).trim()
      return COMMIT_HASH.test(commit) ? commit : undefined
    },
    writeRef: async (revision, commit) => {
      const path = refPath(revision)
      await mkdir(dirname(path), { recursive: true })
      await replaceWith(path, (temporary) => writeFile(temporary, commit))
    },
  }
}

/**
 * Lets `pointer` be the blob: a relative link, so that the cache can be moved, or a copy where the system has no links.
 * @param link - makes the link; it may fail
 */
export async function linkToBlob(
  blob: string,
  pointer: string,
  link: (target: string, path: string) => Promise<void> = symlink,
): Promise<void> {
  await mkdir(dirname(pointer), { recursive: true })
  await replaceWith(pointer, async (temporary) => {
    await link(relative(dirname(pointer), blob), temporary).catch(() =>
      copyFile(blob, temporary, constants.COPYFILE_FICLONE),
    )
  })
}

/** Makes a file under a name of its own and renames it: nobody sees half of it, and what was there is replaced. */
async function replaceWith(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  await make(temporary)
  await rename(temporary, path)
}
