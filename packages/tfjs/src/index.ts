export {
  combined,
  crossEntropy,
  hinge,
  lovaszHinge,
  lovaszSigmoid,
  lovaszSoftmax,
  softJaccard,
} from './losses.js';
export type { TensorLoss } from './loss-named.js';
export type { LossOptionsOf, OnTensors, TensorOptions } from './options.js';
export { valueAndGradient } from './value-and-gradient.js';
export { checkLabels, type LabelOptions } from './checks/check-labels.js';
export { lossPath, type LossPath } from './backend/loss-path.js';
export { tensorBackend } from './compute-loss.js';
export { tensorOperations } from './backend/tensor-operations.js';
export { modelLoss, type ModelLossOptions } from './training/model-loss.js';
export { meanIou, type MeanIou, type MeanIouOptions } from './training/mean-iou.js';
export type { LabelEncoding } from './training/class-labels.js';
