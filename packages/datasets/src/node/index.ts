export { camvid, type CamvidOptions } from './camvid.js';
export { randomScale, type RandomScaleOptions } from './random-scale.js';
export { resize } from './resize.js';
