import { genericProfile } from './generic-profile.js';
import type { Profile } from './profile.js';
import { batchNormalizationBySums } from './rewritings/batch-normalization-by-sums.js';
import { filledByExpanding } from './rewritings/filled-by-expanding.js';
import { integersOf32Bits } from './rewritings/integers-of-32-bits.js';
import { logicByAnd } from './rewritings/logic-by-and.js';
import { logSoftmaxByParts } from './rewritings/log-softmax.js';
import { partsBySlicing } from './rewritings/parts-by-slicing.js';
import { placesOfExtremes } from './rewritings/places-of-extremes.js';
import { placesOfMaxima } from './rewritings/places-of-maxima.js';
import { powersOfEqualShapes } from './rewritings/powers-of-equal-shapes.js';
import { remaindersOfIntegers } from './rewritings/remainders-of-integers.js';
import { resizingByMatrices } from './rewritings/resizing-by-matrices.js';
import { signsByComparing } from './rewritings/signs-by-comparing.js';
import { slicingByGathering } from './rewritings/slicing-by-gathering.js';
import { unpoolingByScattering } from './rewritings/unpooling-by-scattering.js';
import { volumetricConvolutions } from './rewritings/volumetric-convolutions.js';
import { wholeVectors } from './rewritings/whole-vectors.js';

/** ONNX Runtime's WebGPU provider, in the browser (`onnxruntime-web/webgpu`) and natively. */
export const webgpuProfile: Profile = {
  providers: ['webgpu'],
  rewritings: [
    ...genericProfile.rewritings,
    logSoftmaxByParts,
    batchNormalizationBySums,
    filledByExpanding,
    ...placesOfExtremes,
    placesOfMaxima,
    unpoolingByScattering,
    ...wholeVectors,
    ...volumetricConvolutions,
    powersOfEqualShapes,
    resizingByMatrices,
    partsBySlicing,
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
