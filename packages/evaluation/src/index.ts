export { classAccuracy } from './class-accuracy.js';
export { classCounts, type ClassCounts } from './class-counts.js';
export { classIou } from './class-iou.js';
export {
  ConfusionMatrix,
  type ConfusionMatrixJson,
  type ConfusionMatrixOptions,
} from './confusion-matrix.js';
export { frequencyWeightedIou } from './frequency-weighted-iou.js';
export { meanAccuracy } from './mean-accuracy.js';
export { meanIou, type MeanIouOptions } from './mean-iou.js';
export { microIou } from './micro-iou.js';
export { pixelAccuracy } from './pixel-accuracy.js';
