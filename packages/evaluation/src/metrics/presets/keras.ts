import { classIou } from '../class-metrics.js';
import { mean } from '../means.js';
import { countingOf, orNumber, type Preset, type PresetOptions } from './preset.js';

/**
 * `MeanIoU` of Keras: the mean over classes with labels or predictions; 0 when there is none. `ignoreIndex` is its
 * `ignore_class`.
 *
 * @example
 * evaluatePreset(keras({ numClasses: 2 }), counts).MeanIoU;
 */
export function keras({ numClasses, ignoreIndex = null }: PresetOptions): Preset {
  return {
    name: 'Keras',
    counting: countingOf({ numClasses, ignoreIndex }),
    metrics: { MeanIoU: orNumber(mean(classIou), 0) },
  };
}
