export { boundaryOf, boundaryWidth, countBoundary, type BoundaryOptions } from './counting/count-boundary.js';
export { CalibrationCounts, type CalibrationCountsJson } from './counting/calibration-counts.js';
export { CityscapesCounts, type CityscapesCountsJson } from './counting/cityscapes-counts.js';
export { cityscapesLabels, type CityscapesLabel } from './counting/cityscapes-labels.js';
export {
  ConfusionMatrix,
  type ConfusionMatrixJson,
  type ConfusionMatrixOptions,
} from './counting/confusion-matrix.js';
export type {
  ClassCounts,
  Counts,
  OddPixels,
  PixelPolicies,
  Pixels,
  PredictionPolicy,
} from './counting/counts.js';
export { ImageCounts, type ImageCountsJson, type ImageRecord } from './counting/image-counts.js';
export { PanopticCounts, type PanopticCountsJson, type Segments } from './counting/panoptic-counts.js';
export type { TallyJson } from './counting/tally.js';

export { cohenKappa, matthewsCorrelation, pixelAccuracy } from './metrics/agreement.js';
export { expectedCalibrationError, maximumCalibrationError } from './metrics/calibration.js';
export {
  categoriesOf,
  cityscapesCategoryInstanceIou,
  cityscapesCategoryIou,
  cityscapesInstanceIou,
  cityscapesIou,
  meanCityscapesCategoryInstanceIou,
  meanCityscapesCategoryIou,
  meanCityscapesInstanceIou,
  meanCityscapesIou,
} from './metrics/cityscapes.js';
export {
  classAgainstRest,
  classDice,
  classFScore,
  classIou,
  classMetric,
  classPrecision,
  classRecall,
  classSpecificity,
  type ClassMetric,
} from './metrics/class-metrics.js';
export {
  compare,
  interval,
  resampled,
  type BootstrapOptions,
  type Comparison,
  type Interval,
  type Resampled,
} from './metrics/intervals.js';
export {
  frequencyWeightedIou,
  mean,
  meanAccuracy,
  meanDice,
  meanIou,
  meanPrecision,
  meanSpecificity,
  microIou,
  pooled,
  weighted,
  type WeightedOptions,
} from './metrics/means.js';
export { percent, score, type Metric, type Score } from './metrics/metric.js';
export { normalize } from './metrics/normalize.js';
export {
  batchMean,
  batchScores,
  imageMean,
  imageMeanOfClasses,
  imageMiou,
  imageScores,
  pairMean,
  type ImageSelection,
} from './metrics/over-images.js';
export {
  classPanopticQuality,
  classRecognitionQuality,
  classSegmentationQuality,
  panopticQuality,
  recognitionQuality,
  segmentationQuality,
} from './metrics/panoptic-quality.js';
export type { AbsentRule, ClassSelection } from './metrics/select-classes.js';
export { meanOfWorst, worstImages, worstOfClasses, type Worst } from './metrics/worst.js';

export { cityscapes } from './metrics/presets/cityscapes.js';
export { huggingFaceEvaluate, reduceZeroLabel } from './metrics/presets/hugging-face-evaluate.js';
export { jdtLosses, type JdtLossesOptions } from './metrics/presets/jdt-losses.js';
export { keras } from './metrics/presets/keras.js';
export { lovaszSoftmax, type LovaszSoftmaxOptions } from './metrics/presets/lovasz-softmax.js';
export { mmsegmentation } from './metrics/presets/mmsegmentation.js';
export { evaluatePreset, type Preset, type PresetOptions } from './metrics/presets/preset.js';
export { segmentationModels, type SegmentationModelsOptions } from './metrics/presets/segmentation-models.js';
export {
  torchmetrics,
  torchmetricsGeneralizedDice,
  torchmetricsSegmentation,
  type TorchmetricsOptions,
} from './metrics/presets/torchmetrics.js';
export { voc } from './metrics/presets/voc.js';

export { argmax, type ScoreLayout } from './decoding/argmax.js';
export { threshold } from './decoding/threshold.js';

export {
  ClassIndex,
  indexImage,
  type ClassIndexJson,
  type IndexedImage,
  type IndexOptions,
} from './sampling/class-index.js';
export { classUniform } from './sampling/class-uniform.js';
export { contentHash } from './sampling/content-hash.js';
export { equibatch, type EquibatchOptions } from './sampling/equibatch.js';
export { halfForeground } from './sampling/half-foreground.js';
export { repeatFactor, shuffle, weightedImages } from './sampling/image-samplers.js';
export { mix } from './sampling/mix.js';
export { placeCrop, type Crop, type CropOptions } from './sampling/place-crop.js';
export { rareClass } from './sampling/rare-class.js';
export { SampleStream, type Exposure, type SampleStreamJson } from './sampling/sample-stream.js';
export type { ClassChoice, Draw, Sampler, Shard } from './sampling/sampler.js';
export { samplersByName, type SamplerName } from './sampling/samplers-by-name.js';
export { predictAugmented, type AugmentationOptions } from './decoding/augmented-prediction.js';
export { denseCrf, type CrfImage, type CrfKernel, type CrfOptions } from './decoding/dense-crf.js';
export {
  decideLabels,
  decideLabelsByRule,
  decideMask,
  type ClassRule,
  type DecisionOptions,
  type LabelDecision,
  type MaskDecision,
} from './decoding/expected-iou.js';
export { ProbabilityHistogram, type ExpectedIou } from './decoding/probability-histogram.js';
export { mirror, resize, type ScoreMap } from './decoding/score-map.js';
export { predictBySlidingWindow, slidingWindows } from './decoding/sliding-window.js';
