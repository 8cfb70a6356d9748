export type { Capabilities, Dimension, SortingOperations, TensorBackend } from './backend/tensor-backend.js';
export { jaccardWeightsBySorting } from './backend/jaccard-weights-by-sorting.js';

export type {
  BinaryOptions,
  ClassMeanOptions,
  InputKind,
  Layout,
  MulticlassOptions,
} from './losses/options.js';
export { crossEntropy, type CrossEntropyOptions } from './losses/cross-entropy.js';
export { hinge, type HingeOptions } from './losses/hinge.js';
export { lovaszHinge, type LovaszHingeOptions } from './losses/lovasz-hinge.js';
export { lovaszSigmoid, type LovaszSigmoidOptions } from './losses/lovasz-sigmoid.js';
export { lovaszSoftmax, type LovaszSoftmaxOptions } from './losses/lovasz-softmax.js';
export { softJaccard, type SoftJaccardOptions } from './losses/soft-jaccard.js';
export { binaryLosses, lossesByName, type LossName, type LossOptions } from './losses/losses-by-name.js';

export { jaccardWeights } from './jaccard/jaccard-weights.js';

export { checkLabels } from './checks/check-labels.js';
export { checkScores } from './checks/check-scores.js';

export { referenceBackend } from './reference/reference-backend.js';
export { referenceLoss, type Values } from './reference/reference-loss.js';
export { referenceTensor, type Derivation, type ReferenceTensor } from './reference/reference-tensor.js';
export { valueAndGradient } from './reference/value-and-gradient.js';
