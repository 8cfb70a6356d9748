import { classCounts } from './class-counts.js';
import { classIou } from './class-iou.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/** What a class counts as that neither labels nor predictions hold: its IoU is 0/0. */
const absentScores = { skip: undefined, one: 1, zero: 0, undefined: NaN } as const;

/** Options of {@link meanIou}. */
export interface MeanIouOptions {
  /**
   * Classes to average over: `'all'` of them; `'present'`, those that occur in the labels; or a list of class ids.
   * Default `'all'`.
   */
  readonly classes?: 'all' | 'present' | readonly number[];
  /**
   * What a class of the list counts as when neither labels nor predictions hold it (0/0): left out of the mean
   * (`'skip'`), 1 (`'one'`, the paper's convention for Eq. 3), 0 (`'zero'`), or undefined, which makes the mean NaN
   * (`'undefined'`, Pascal VOC). Default `'skip'`, as Cityscapes and mmseg do.
   */
  readonly absent?: 'skip' | 'one' | 'zero' | 'undefined';
}

/**
 * Mean of {@link classIou} over classes, over all counted pixels: the mIoU of a data set when all of it was counted.
 *
 * Libraries differ in which classes enter the mean and in what 0/0 is; say which with the two options. The mean over no
 * class at all is NaN.
 *
 * @returns a value in [0, 1], or NaN
 * @throws RangeError when `classes` names something else, an id that is no class, an id twice or none at all, or `absent`
 *   is unknown.
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 3 }).add([0, 0, 1], [0, 1, 1]);
 * meanIou(confusion); // 0.5
 * meanIou(confusion, { absent: 'one' }); // 0.6666666666666666
 */
export function meanIou(
  confusion: ConfusionMatrix,
  { classes = 'all', absent = 'skip' }: MeanIouOptions = {},
): number {
  if (!Object.hasOwn(absentScores, absent)) {
    throw new RangeError(
      `absent is ${String(absent)}; expected one of ${Object.keys(absentScores).join(', ')}`,
    );
  }
  const score = absentScores[absent];
  const iou = classIou(confusion);
  const scores = selectClasses(confusion, classes)
    .map((index) => (Number.isNaN(iou[index]!) ? score : iou[index]!))
    .filter((value) => value !== undefined);
  return scores.reduce((sum, value) => sum + value, 0) / scores.length;
}

function selectClasses(
  confusion: ConfusionMatrix,
  classes: NonNullable<MeanIouOptions['classes']>,
): readonly number[] {
  const counts = classCounts(confusion);
  const all = Array.from(counts.keys());
  if (classes === 'all') return all;
  if (classes === 'present') {
    return all.filter((index) => counts[index]!.truePositives + counts[index]!.falseNegatives > 0);
  }
  if (!Array.isArray(classes)) {
    throw new RangeError(`classes is ${String(classes)}; expected 'all', 'present' or a list of class ids`);
  }
  if (classes.length === 0) throw new RangeError('classes is an empty list; expected at least one class id');
  for (const [place, index] of classes.entries()) {
    if (!all.includes(index)) {
      throw new RangeError(`classes holds ${index}; expected class ids, 0 to ${confusion.numClasses - 1}`);
    }
    if (classes.indexOf(index) !== place) throw new RangeError(`classes holds ${index} twice`);
  }
  return classes;
}
