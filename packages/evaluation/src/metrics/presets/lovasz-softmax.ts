import { classIou } from '../class-metrics.js';
import { percent, type Metric } from '../metric.js';
import { imageMeanOfClasses } from '../over-images.js';
import { meanOf } from '../select-classes.js';
import type { ImageCounts } from '../../counting/image-counts.js';
import { countingOf, eachOrNumber, type Preset, type PresetOptions } from './preset.js';

/** Options of {@link lovaszSoftmax}. */
export interface LovaszSoftmaxOptions extends PresetOptions {
  /** What 0/0 is; default 1. */
  readonly empty?: number;
  /** Whether IoU is taken of each image and then averaged, all-void images too, which count `empty`. Default false. */
  readonly perImage?: boolean;
  /** Class 1 alone, as `iou_binary`. Default false. */
  readonly binary?: boolean;
}

/**
 * `iou` and `iou_binary` of the published LovaszSoftmax code, in percent, with the mean over classes that the paper's
 * tables hold. An ignored label that is a class leaves the list; without an ignored label, void is background of every
 * class.
 *
 * @example
 * evaluatePreset(lovaszSoftmax({ numClasses: 21, ignoreIndex: 255 }), counts).miou;
 */
export function lovaszSoftmax({
  numClasses,
  ignoreIndex = null,
  empty = 1,
  perImage = false,
  binary = false,
}: LovaszSoftmaxOptions): Preset {
  const all = percent(
    perImage
      ? imageMeanOfClasses(classIou, { absent: empty, emptyImages: 'count' })
      : eachOrNumber<ImageCounts>(classIou, empty),
  );
  const listed = (values: readonly number[]) =>
    binary ? values.slice(1, 2) : values.filter((_, id) => id !== ignoreIndex);
  const classes = binary ? 'class 1' : ignoreIndex === null ? 'all' : `all, except ${ignoreIndex}`;
  const iou: Metric<ImageCounts, number[]> = { ...all, classes, of: (counts) => listed(all.of(counts)) };
  return {
    name: 'LovaszSoftmax',
    counting: countingOf(
      { numClasses, ignoreIndex },
      { unknownLabel: 'false-positive', unknownPrediction: 'miss' },
    ),
    metrics: { iou, miou: { ...iou, name: 'mean IoU (%)', of: (counts) => meanOf(iou.of(counts)) } },
  };
}
