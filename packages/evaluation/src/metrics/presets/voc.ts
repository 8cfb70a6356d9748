import { classIou } from '../class-metrics.js';
import { pixelAccuracy } from '../agreement.js';
import { mean } from '../means.js';
import { percent } from '../metric.js';
import type { Preset } from './preset.js';

/**
 * `VOCevalseg.m` of Pascal VOC, in percent: 21 classes with the background, 255 is void, any prediction that is no class is
 * an error, and a class that neither labels nor predictions hold makes the mean NaN.
 *
 * @param options.numClasses - default 21
 * @example
 * evaluatePreset(voc(), new ImageCounts(voc().counting).add('a', labels, predictions)).averageAccuracy;
 */
export function voc({ numClasses = 21 }: { readonly numClasses?: number } = {}): Preset {
  return {
    name: 'Pascal VOC',
    counting: { numClasses, ignoreIndex: 255 },
    metrics: {
      accuracies: percent(classIou),
      averageAccuracy: percent(mean(classIou, { absent: 'undefined' })),
      pixelAccuracy: percent(pixelAccuracy),
    },
  };
}
