// The public names, and nothing else. Start reading at model/kosmos2.ts.
export { CheckpointError, ImageError } from './errors.ts'
export { Tensor } from './tensor.ts'
