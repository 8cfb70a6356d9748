import { genericProfile } from './generic-profile.js';
import type { Profile } from './profile.js';
import { argMaxAndArgMin } from './rewritings/arg-max-and-arg-min.js';
import { batchNormalizationBySums } from './rewritings/batch-normalization-by-sums.js';
import { filledByExpanding } from './rewritings/filled-by-expanding.js';
import { integersOf32Bits } from './rewritings/integers-of-32-bits.js';
import { logSoftmaxByParts } from './rewritings/log-softmax.js';
import { logicByAnd } from './rewritings/logic-by-and.js';
import { maxPoolIndices } from './rewritings/max-pool-indices.js';
import { paddedConvolutions } from './rewritings/padded-convolutions.js';
import { powersOfEqualShapes } from './rewritings/powers-of-equal-shapes.js';
import { remaindersOfIntegers } from './rewritings/remainders-of-integers.js';
import { resizingByMatrices } from './rewritings/resizing-by-matrices.js';
import { signsByComparing } from './rewritings/signs-by-comparing.js';
import { slicingByGathering } from './rewritings/slicing-by-gathering.js';
import { splitBySlicing } from './rewritings/split-by-slicing.js';
import { unpoolingByScattering } from './rewritings/unpooling-by-scattering.js';
import { volumetricConvolutions } from './rewritings/volumetric-convolutions.js';

/** ONNX Runtime's WebGPU provider, in the browser (`onnxruntime-web/webgpu`) and natively. */
export const webgpuProfile: Profile = {
  providers: ['webgpu'],
  rewritings: [
    ...genericProfile.rewritings,
    logSoftmaxByParts,
    batchNormalizationBySums,
    filledByExpanding,
    ...argMaxAndArgMin,
    maxPoolIndices,
    unpoolingByScattering,
    ...paddedConvolutions,
    ...volumetricConvolutions,
    powersOfEqualShapes,
    resizingByMatrices,
    splitBySlicing,
    slicingByGathering,
    ...logicByAnd,
    signsByComparing,
    remaindersOfIntegers,
    integersOf32Bits,
  ],
  onCpu: [
    {
      operators: ['Cast'],
      dataType: 'int64',
      reason: 'integers that are fed as int64, or that TopK gives, are narrowed before arithmetic',
    },
    {
      operators: ['Round', 'IsNaN', 'IsInf', 'NonZero', 'Hardmax', 'Det', 'EyeLike', 'Mod'],
      reason: 'no network for segmentation was met that computes them from its input',
    },
  ],
};
