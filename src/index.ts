// The public names, and nothing else. Start reading at model/kosmos2.ts.

// Pictures, prompts and boxes in; captions and entities out.
export { Kosmos2Processor } from './text/processor.ts'
export { Kosmos2Tokenizer } from './text/tokenizer.ts'
export { Kosmos2ImageProcessor } from './image/image-processor.ts'
export { imageFormat } from './image/image-format.ts'
export { loadRgb } from './image/load-image.ts'
export { boxIou, meanIou } from './text/box-iou.ts'
export { coordinate_to_patch_index, patch_index_to_coordinate } from './text/boxes.ts'
export { briefCaption, describeRegion, detailedCaption, groundPhrase, question } from './text/prompts.ts'

// The models.
export { Kosmos2 } from './model/kosmos2.ts'
export { Kosmos2ForConditionalGeneration } from './model/kosmos2-for-conditional-generation.ts'
export { OVKosmos2ForConditionalGeneration } from './model/ov-kosmos2-for-conditional-generation.ts'
export { Kosmos2Model } from './model/kosmos2-model.ts'
export { Kosmos2Config } from './checkpoint/config.ts'
export { answerStreamer } from './generate/answer-streamer.ts'
export { TextStreamer } from './generate/text-streamer.ts'
export { TokenTimer } from './generate/token-timer.ts'
export { cornerMaps } from './generate/boxes/corner-maps.ts'
export { groundingGrammar } from './generate/constraints/grounding-grammar.ts'
export { oneOf } from './generate/constraints/one-of.ts'
export { finerBox } from './generate/boxes/finer-box.ts'
export { finerEntities } from './generate/boxes/finer-entities.ts'
export { locateEntities } from './generate/boxes/located-entities.ts'

// From the original to the compiled model, and whether the two agree.
export { conversionSizes } from './ir/conversion-sizes.ts'
export { convert } from './ir/convert.ts'
export { describePart } from './ir/describe-part.ts'
export { openIr } from './ir/open-ir.ts'
export { readWeight } from './ir/read-weight.ts'
export { verify } from './model/verify.ts'

// OpenVINO itself.
export { runtimeCacheFolder } from './openvino/cache-folder.ts'
export { fetchRuntime } from './openvino/fetch-runtime.ts'
export { findRuntime, ov } from './openvino/openvino.ts'

// How good they are: figures over many answers, and the annotations that these are held against.
export { boxOverlap, isFound } from './metrics/box-overlap.ts'
export { detectionScores } from './metrics/detection-scores.ts'
export { gridBox } from './metrics/grid-box.ts'
export { bootstrapInterval, wilsonInterval } from './metrics/intervals.ts'
export { matchThings } from './metrics/match-things.ts'
export { bestOverlap } from './metrics/phrase-recall.ts'
export { SIZE_BANDS, sizeBand } from './metrics/size-bands.ts'
export { readCocoInstances } from './metrics/coco.ts'
export { readFlickr30kPhrases, readFlickr30kSplit } from './metrics/flickr30k-folder.ts'
export { readRefCoco } from './metrics/refcoco.ts'

// Pictures of what they do.
export { annotate } from './plot/annotate.ts'
export { annotationStreamer } from './plot/annotation-streamer.ts'
export { attentionMap, attentionMaps } from './plot/attention-map.ts'
export { chart } from './plot/chart.ts'
export { comparisonChart } from './plot/comparison-chart.ts'
export { entityTable } from './plot/entity-table.ts'
export { histogram } from './plot/histogram.ts'
export { partPicture } from './plot/part-picture.ts'
export { patchAttention } from './plot/patch-attention.ts'
export { progressBar } from './plot/progress-bar.ts'
export { sizeChart } from './plot/size-chart.ts'
export { tokenView } from './plot/token-view.ts'
export { vegaLite, vegaLiteSvg } from './plot/vega-lite.ts'
export { weightHistogram } from './plot/weight-histogram.ts'

// A page to try a model on.
export { demoFrame } from './demo/demo-frame.ts'
export { startDemo } from './demo/start-demo.ts'

export { AnnotationError, CheckpointError, ImageError, OpenVINOError } from './errors.ts'
export { Tensor } from './tensor.ts'

export type { DownloadProgress, ResolveOptions } from './checkpoint/hub.ts'
export type { CompiledModelOptions, CompileProgress } from './compiled/open-compiled.ts'
export type { DeviceConfig, Performance } from './compiled/performance.ts'
export type { GenerationConfig } from './checkpoint/generation-config.ts'
export type { Limits } from './demo/api.ts'
export type { DemoFrameOptions } from './demo/demo-frame.ts'
export type { Demo, DemoOptions } from './demo/start-demo.ts'
export type { GenerateOptions } from './generate/options.ts'
export type { GenerateOutput } from './generate/generate.ts'
export type { LogitsProcessor } from './generate/logits-processors.ts'
export type { AnswerPiece, ReadsAnswers } from './generate/answer-streamer.ts'
export type { Streamer } from './generate/streamer.ts'
export type { Decodes, TextStreamerOptions } from './generate/text-streamer.ts'
export type { TokenTimes } from './generate/token-timer.ts'
export type { CornerMap, CornerMapOptions, CornerMaps, LocatedBox } from './generate/boxes/corner-maps.ts'
export type { LocatedEntities } from './generate/boxes/located-entities.ts'
export type { GroundingGrammarOptions } from './generate/constraints/grounding-grammar.ts'
export type { FinerBoxOptions } from './generate/boxes/finer-box.ts'
export type { ImageFormat } from './image/image-format.ts'
export type { ImageInput } from './image/image-input.ts'
export type { LoadOptions } from './image/load-image.ts'
export type { ImageCallOptions, ImageInputs, ImageProcessorOptions } from './image/image-processor.ts'
export type { RgbImage } from './image/rgb-image.ts'
export type { PartSize } from './ir/conversion-sizes.ts'
export type { ConvertOptions } from './ir/convert-options.ts'
export type { Conversion, ConvertProgress } from './ir/convert.ts'
export type { PartDescription } from './ir/describe-part.ts'
export type { IrFolder, IrPartFiles } from './ir/open-ir.ts'
export type { CocoAnnotation, CocoImage, CocoInstances } from './metrics/coco.ts'
export type { DetectionScores } from './metrics/detection-scores.ts'
export type { GroundedPhrase } from './metrics/flickr30k-folder.ts'
export type { BootstrapOptions, Interval } from './metrics/intervals.ts'
export type { MatchedThing, NamedBox, ThingMatches } from './metrics/match-things.ts'
export type { PhraseProtocol } from './metrics/phrase-recall.ts'
export type { Reference, References } from './metrics/refcoco.ts'
export type { SizeBand } from './metrics/size-bands.ts'
export type { GenerateArguments } from './model/generate.ts'
export type { ForwardOutput, ModelOutput } from './model/forward.ts'
export type { ModelInputs } from './model/inputs.ts'
export type { ConditionalGeneration } from './model/conditional-generation.ts'
export type { Answer, AnswerOptions, Kosmos2Options, ScoredText } from './model/kosmos2.ts'
export type { ModelOptions } from './model/open-original.ts'
export type {
  AnswerComparison,
  FirstDifference,
  PartDifference,
  Verifiable,
  Verification,
  VerifyOptions,
  VerifyPrompt,
} from './model/verify.ts'
export type { FetchedRuntime, FetchProgress, FetchRuntimeOptions } from './openvino/fetch-runtime.ts'
export type { Runtime } from './openvino/openvino.ts'
export type { AnnotateOptions, AnnotatorOptions } from './plot/annotate.ts'
export type { ReadsEntities } from './plot/annotation-streamer.ts'
export type { AttentionMapOptions, AttentionMapsOptions, LabelledWeights } from './plot/attention-map.ts'
export type { ChartFrame } from './plot/chart-frame.ts'
export type { ChartOptions } from './plot/chart.ts'
export type { ComparisonChartOptions, Measurement, Metric } from './plot/comparison-chart.ts'
export type { EntityTableOptions } from './plot/entity-table.ts'
export type { Histogram } from './plot/histogram.ts'
export type { PatchAttentionOptions } from './plot/patch-attention.ts'
export type { ProgressBarOptions, ProgressState } from './plot/progress-bar.ts'
export type { ModelSize } from './plot/size-chart.ts'
export type { TokenViewOptions } from './plot/token-view.ts'
export type { VegaLiteOutput, VegaLiteSvgOptions } from './plot/vega-lite.ts'
export type { WeightHistogramOptions, WeightVersion } from './plot/weight-histogram.ts'
export type { Box } from './text/box-iou.ts'
export type { BoxInput, ImageSize, PhraseBoxes } from './text/boxes.ts'
export type { Entity } from './text/post-process.ts'
export type { PostProcessOptions } from './text/processor.ts'
export type {
  Kosmos2Inputs,
  PixelInputs,
  ProcessorArrays,
  ProcessorOptions,
  TextInputs,
} from './text/processor-options.ts'
export type { DecodeOptions } from './text/tokenizer.ts'
export type { PromptOptions } from './text/prompts.ts'
