// processor_config.json, of which the text side needs one number.
import { join } from 'node:path'
import { fileStatus } from '../checkpoint/file-status.ts'
import { readJsonObject } from '../checkpoint/json.ts'
import { CheckpointError, show } from '../errors.ts'

/** What the published model has, whose folder is of the older layout and has no such file. */
const DEFAULT_COUNT = 1024

/**
 * How many patch indices a checkpoint's vocabulary has: `num_patch_index_tokens` of its processor_config.json, or 1024
 * where there is no such file or entry.
 * @throws {CheckpointError} `BAD_CONFIG` where the file is damaged or the number is none
 */
export async function readPatchIndexCount(folder: string): Promise<number> {
  const path = join(folder, 'processor_config.json')
  if ((await fileStatus(path)) === undefined) return DEFAULT_COUNT
  const config = await readJsonObject(path)
  const count = config['num_patch_index_tokens'] ?? DEFAULT_COUNT
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1)
    throw new CheckpointError(
      'BAD_CONFIG',
      `${path}: expected an integer from 1 for num_patch_index_tokens but found ${show(count)}`,
    )
  return count
}
