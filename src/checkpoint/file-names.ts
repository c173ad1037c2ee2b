// The files of a checkpoint's folder, as transformers names them.

/** Sizes and settings of the model. */
export const CONFIG_FILE = 'config.json'
/** Settings for `generate`. */
export const GENERATION_CONFIG_FILE = 'generation_config.json'
/** The vocabulary, and how texts are cut into it. */
export const TOKENIZER_FILE = 'tokenizer.json'
/** All weights, in most checkpoints. */
export const WEIGHTS_FILE = 'model.safetensors'
/** In the others, which file holds which tensor. */
export const WEIGHTS_INDEX_FILE = 'model.safetensors.index.json'

/** Weights of a box refiner, which a checkpoint may have beside the others. */
export const BOX_REFINER_FILE = 'box_refiner.safetensors'

/** Everything but the weights that a checkpoint may hold, of any version of transformers. */
export const SMALL_FILES: readonly string[] = [
  CONFIG_FILE,
  GENERATION_CONFIG_FILE,
  TOKENIZER_FILE,
  'processor_config.json',
  'preprocessor_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
]
