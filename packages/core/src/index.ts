export { binaryLosses, type LossCall, type LossName } from './backend/loss-call.js';
export {
  type Capabilities,
  type CountingOperations,
  type Dimension,
  interfaceVersion,
  type SortingOperations,
  type TensorBackend,
} from './backend/tensor-backend.js';
export { jaccardWeightsByHistogram } from './backend/jaccard-weights-by-histogram.js';
export { jaccardWeightsBySorting } from './backend/jaccard-weights-by-sorting.js';

export type {
  BinaryOptions,
  ClassMeanOptions,
  InputKind,
  LabelMeanOptions,
  Layout,
  Masked,
  MulticlassOptions,
  Reduction,
  ReductionOptions,
} from './losses/options.js';
export { balancedClassWeights, type ClassBalance } from './losses/balanced-class-weights.js';
export { combined, type CombinedOptions, type CombinedTerm, type Terms } from './losses/combined.js';
export { countLabels } from './losses/count-labels.js';
export { crossEntropy, type CrossEntropyOptions } from './losses/cross-entropy.js';
export { hinge, type HingeOptions } from './losses/hinge.js';
export type { Activation } from './losses/margin-errors.js';
export { lovaszHinge, type LovaszHingeOptions } from './losses/lovasz-hinge.js';
export { lovaszSigmoid, type LovaszSigmoidOptions } from './losses/lovasz-sigmoid.js';
export { lovaszSoftmax, type LovaszSoftmaxOptions } from './losses/lovasz-softmax.js';
export { optionNames } from './losses/option-names.js';
export { softJaccard, type SoftJaccardOptions } from './losses/soft-jaccard.js';
export { lossesByName, type LossOptions } from './losses/losses-by-name.js';

export type { JaccardMethod } from './jaccard/jaccard-method.js';
export { jaccardWeights } from './jaccard/jaccard-weights.js';

export { checkLabels } from './checks/check-labels.js';
export { checkMask } from './checks/check-mask.js';
export { checkScores } from './checks/check-scores.js';

export { referenceBackend } from './reference/reference-backend.js';
export { referenceLoss, type ReferenceOptions, type Values } from './reference/reference-loss.js';
export { referenceTensor, type Derivation, type ReferenceTensor } from './reference/reference-tensor.js';
export { valueAndGradient } from './reference/value-and-gradient.js';

export { kernelJaccardWeights } from './kernels/kernel-jaccard-weights.js';
export type { Float16Input, HalfArray, KernelArray, KernelInput } from './kernels/input/kernel-input.js';
export type { HalfFormat } from './kernels/input/half-precision.js';
export { kernelLoss, type KernelOptions } from './kernels/kernel-loss.js';
export { lossLayout, type LossLayout } from './kernels/loss-layout.js';
export type { PixelLayout } from './kernels/input/pixel-layout.js';
export type { WorkerPool } from './kernels/threads/worker-pool.js';
