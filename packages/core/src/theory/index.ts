export { diceLoss } from './dice-loss.js';
export { hammingLoss } from './hamming-loss.js';
export { jaccardIndex } from './jaccard-index.js';
export { jaccardLoss } from './jaccard-loss.js';
export { lovaszHingeSurface, lovaszSoftmaxSurface } from './loss-surfaces.js';
export { lovaszExtension } from './lovasz-extension.js';
export { mispredictions } from './mispredictions.js';
export { momentumDescent, type MomentumDescentOptions } from './momentum-descent.js';
export {
  piecewiseLinearExample,
  type PiecewiseLinearExample,
  type PlaneVector,
} from './piecewise-linear-example.js';
export { proximalJaccardHinge } from './proximal-jaccard-hinge.js';
export type { SetFunction } from './set-function.js';
export {
  findSubmodularityCounterexample,
  isSubmodular,
  type SubmodularityCounterexample,
} from './submodularity.js';
