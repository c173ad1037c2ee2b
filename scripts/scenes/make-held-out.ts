// Makes the sets of scenes that are never trained on, in data/scenes, from their seeds.
import { mkdir, writeFile } from 'node:fs/promises'
import { createHeldOut, fileName, linesOf, pictureFile } from './held-out.ts'
import { CALIBRATION, HELD_OUT, HELD_OUT_STYLE, type SeedRange } from './seeds.ts'
import { readSprites } from './sprites.ts'
import { HELD_OUT_STYLES, type StyleName, TRAINED_STYLES } from './styles.ts'

/** The held-out sets: their folders under data/scenes, seeds, styles, and what they are. */
export const SETS: readonly {
  readonly folder: string
  readonly seeds: SeedRange
  readonly styles: readonly StyleName[]
  readonly description: string
}[] = [
  {
    folder: 'held-out',
    seeds: HELD_OUT,
    styles: TRAINED_STYLES,
    description: 'Scenes of the kind that models/kosmos2-tiny is trained on, never trained on themselves',
  },
  {
    folder: 'held-out-style',
    seeds: HELD_OUT_STYLE,
    styles: HELD_OUT_STYLES,
    description: 'Scenes of the same things, drawn in a style that is never trained on',
  },
  {
    folder: 'calibration',
    seeds: CALIBRATION,
    styles: TRAINED_STYLES,
    description:
      'Scenes to fit the temperature of corner maps on, which those of held-out are then measured with',
  },
]

/** Where the sets are. */
export const SCENES_FOLDER = new URL('../../data/scenes/', import.meta.url)

if (import.meta.main)
  for (const { folder, seeds, styles, description } of SETS) {
    const sprites = await readSprites(styles)
    const { scenes, annotations, questions } = createHeldOut(seeds, sprites, description)
    const target = new URL(`${folder}/`, SCENES_FOLDER)
    await mkdir(target, { recursive: true })
    let bytes = 0
    for (const scene of scenes) {
      const file = await pictureFile(scene, sprites)
      await writeFile(new URL(fileName(scene.seed), target), file)
      bytes += file.length
    }
    await writeFile(new URL('annotations.json', target), linesOf(annotations))
    await writeFile(new URL('questions.json', target), linesOf({ questions }))
    console.log(`${folder}: ${scenes.length} pictures, ${bytes} bytes; ${questions.length} questions`)
  }
