import { genericProfile } from './generic-profile.js';
import type { Profile } from './profile.js';
import { batchNormalizationBySums } from './rewritings/batch-normalization-by-sums.js';
import { clippingByBounds } from './rewritings/clipping-by-bounds.js';
import { unpoolingByScattering } from './rewritings/unpooling-by-scattering.js';

/** ONNX Runtime's CUDA provider: as for the CPU, without the few kernels that it lacks. */
export const cudaProfile: Profile = {
  providers: ['cuda'],
  rewritings: [
    ...genericProfile.rewritings,
    batchNormalizationBySums,
    clippingByBounds,
    unpoolingByScattering,
  ],
  onCpu: [],
};
