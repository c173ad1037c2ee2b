// What `npm run train` can be told, checked before anything starts.
import { Problem } from '../setup/problem.mjs'

/** Its learning rate falls to zero over these. */
const BOX_REFINER_STEPS = 12_000

export const help = `npm run train [-- OPTION]

Trains the embedded model (models/kosmos2-tiny) on scenes of scripts/scenes, from nothing or from a checkpoint. Run
again, it goes on where it was stopped: by Ctrl-C, by a limit, or by a power cut (at most 3 minutes are lost). It writes
into its own folder; the export there is what models/kosmos2-tiny is made of.

  --minutes N       ends after so many minutes, and exports
  --steps N         ends after so many steps from now, and exports
  --finish MINUTES  lets the learning rate fall to zero within so many minutes from now (with --minutes: within the last
                    of them), which makes the model much better, and exports. Given again after an interruption, it goes
                    on; with another number it begins anew. before-finish.pt keeps the state from before: renamed to
                    state.pt, it can be trained on
  --rate SHARE      of the full learning rate, 1 until it is given: a model that is good already forgets less of it with 0.3
  --export-only     exports the saved state, also while it is being trained
  --collages N      a training from nothing begins with so many pictures full of things, 80000 by default, for the vision
                    model alone: that is the fastest way to the names. Later every second picture is one
  --from SOURCE     begins with "nothing" (the default) or the weights of a checkpoint's folder
  --seed N          of the first picture, 1000000 by default: a training that begins with the weights of another should
                    go on behind that one's pictures
  --validate-every MINUTES
                    how often the averaged weights answer the validation scenes, 10 by default; that takes half a minute
  --folder DIR      the training's folder, models/kosmos2-tiny-training by default: state.pt, metrics.jsonl, checkpoint/
  --device NAME     cpu or cuda; cuda where there is one by default
  --batch N         pictures a step, 32 by default
  --streams N       processes that draw the scenes, 1 by default; a fast GPU wants more
  --python PATH     an interpreter that has scripts/train/requirements.txt; by default .venv-train is made, for which
                    torch brings about 5 GB
  --box-refiner     trains not the model but its box refiner, which finds the borders of things around boxes that are nearly
                    right, in ${BOX_REFINER_STEPS} steps (with --steps: in so many) of 64 boxes (--batch); takes --from, --rate and --seed
                    too. box_refiner.safetensors in the training's folder is what models/kosmos2-tiny has
  --self-check      checks in seconds what the training rests on, and trains nothing
  --help            this text

Needs \`npm run setup\`. Without limit it trains until it is stopped.`

export const options = /** @type {const} */ ({
  minutes: { type: 'string' },
  steps: { type: 'string' },
  finish: { type: 'string' },
  rate: { type: 'string' },
  'export-only': { type: 'boolean' },
  'self-check': { type: 'boolean' },
  'box-refiner': { type: 'boolean' },
  collages: { type: 'string' },
  from: { type: 'string' },
  seed: { type: 'string' },
  folder: { type: 'string' },
  device: { type: 'string' },
  batch: { type: 'string' },
  'validate-every': { type: 'string' },
  streams: { type: 'string' },
  python: { type: 'string' },
})

/** Options that are numbers, with what they may be. */
const numbers = {
  minutes: { min: 0.1, max: 100_000, whole: false },
  steps: { min: 1, max: 1e9, whole: true },
  finish: { min: 0.1, max: 100_000, whole: false },
  rate: { min: 0.001, max: 1, whole: false },
  collages: { min: 0, max: 1e9, whole: true },
  seed: { min: 1e6, max: 2 ** 32 - 1, whole: true },
  batch: { min: 1, max: 4096, whole: true },
  'validate-every': { min: 0.1, max: 100_000, whole: false },
  streams: { min: 1, max: 64, whole: true },
}

/**
 * The arguments for train.py, or train_box_refiner.py, that the given options mean, without `--node` and `--folder`.
 * @param {Record<string, string | boolean | undefined>} values - as node:util's parseArgs gives them
 * @returns {string[]}
 * @throws {Problem} for a value that is none of the option's
 */
export function trainArguments(values) {
  const args = []
  for (const [name, { min, max, whole }] of Object.entries(numbers)) {
    const text = values[name]
    if (text === undefined) continue
    const value = Number(text)
    if (text === '' || !(value >= min && value <= max) || (whole && !Number.isInteger(value)))
      throw new Problem(
        `--${name} takes ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}, not ${JSON.stringify(text)}.`,
      )
    args.push(`--${name}`, String(value))
  }
  if (values.finish !== undefined && Number(values.minutes ?? Infinity) < Number(values.finish))
    throw new Problem(`--finish ${values.finish} does not fit into --minutes ${values.minutes}.`)
  if (values.collages !== undefined && (values.from ?? 'nothing') !== 'nothing')
    throw new Problem('--collages is for a training from nothing: leave it out with --from.')
  if (values.device !== undefined && !['cpu', 'cuda'].includes(String(values.device)))
    throw new Problem(`--device takes cpu or cuda, not ${JSON.stringify(values.device)}.`)
  for (const name of ['device', 'from'])
    if (values[name] !== undefined) args.push(`--${name}`, String(values[name]))
  if (values['export-only']) {
    refuseOthers(values, ['export-only', 'folder', 'device', 'python'], '--export-only trains nothing')
    args.push('--export-only')
  }
  if (values['box-refiner']) {
    const own = ['box-refiner', 'steps', 'batch', 'seed', 'from', 'rate', 'folder', 'python']
    refuseOthers(values, own, '--box-refiner trains no model')
    if (values.steps === undefined) args.push('--steps', String(BOX_REFINER_STEPS))
  }
  return args
}

/**
 * @param {Record<string, string | boolean | undefined>} values
 * @param {readonly string[]} own - the options that may be there
 * @param {string} why
 * @throws {Problem} for any other
 */
function refuseOthers(values, own, why) {
  const others = Object.keys(values).filter((name) => !own.includes(name))
  if (others.length > 0)
    throw new Problem(`${why}: leave out ${others.map((name) => `--${name}`).join(', ')}.`)
}
