export { camvid, type CamvidOptions } from './camvid.js';
export { imageFolder } from './image-folder.js';
export type { FileOptions } from './open-pairs.js';
export { randomScale, type RandomScaleOptions } from './random-scale.js';
export { resize } from './resize.js';
