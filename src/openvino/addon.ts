// openvino-node's addon over OpenVINO's C library.
import { AsyncInferQueue } from './async-infer-queue.ts'
import { CompiledModel } from './compiled-model.ts'
import { Core } from './core.ts'
import { element } from './element.ts'
import { InferRequest } from './infer-request.ts'
import { Model } from './model.ts'
import { ConstOutput, Output } from './output.ts'
import { PartialShape } from './partial-shape.ts'
import { PrePostProcessor } from './pre-post-processor.ts'
import { resizeAlgorithm } from './resize-algorithm.ts'
import { saveModelSync } from './save-model.ts'
import { Tensor } from './tensor.ts'
import type { NodeAddon } from './types.ts'
import { getOpenvinoVersion } from './version.ts'

/** The whole of it; its classes need a library that is loaded. */
export const addon = Object.freeze({
  Core,
  Model,
  CompiledModel,
  InferRequest,
  Tensor,
  Output,
  ConstOutput, // openvino-node has it at run time, not in its types
  PartialShape,
  AsyncInferQueue,
  preprocess: Object.freeze({ resizeAlgorithm, PrePostProcessor }),
  saveModelSync,
  getOpenvinoVersion,
  element,
  resizeAlgorithm,
  // Its types describe a class by the interface of its objects, with `new` among the methods.
}) as unknown as NodeAddon
