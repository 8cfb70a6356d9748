import { binaryLosses, type LossName } from '../backend/loss-call.js';
import { countedByDefault } from '../losses/class-mean.js';
import type { InputKind, LabelMeanOptions, MulticlassOptions } from '../losses/options.js';
import { checkShapes, type Shaped } from './input/check-kernel-arrays.js';
import { layoutWithClasses, layoutWithoutClasses, type PixelLayout } from './input/pixel-layout.js';
import { scoredFactors } from './recipes.js';

/** How scores, labels and the classes of a call of a loss lie: what a kernel for another device starts from. */
export interface LossLayout {
  /** Where the entry of an image, class and pixel is in the scores. */
  readonly layout: PixelLayout;
  /** Images that are scored by themselves, or 1 for the batch as a whole. */
  readonly groups: number;
  /** Whether classes compete: labels are then class ids `[images, pixels]`; otherwise 0 and 1, where the scores are. */
  readonly isMulticlass: boolean;
  /** The factor of each class in the mean, 0 for one that is not scored. */
  readonly factors: readonly number[];
  /** Whether only classes with foreground count. */
  readonly isPresent: boolean;
}

/**
 * Checks shapes and class options of a call of a loss, and says how its numbers lie.
 *
 * @param arrays scores, labels and the mask: their shapes, and their data if it is at hand.
 * @param options of the loss, already checked by name and kind.
 * @throws TypeError for scores that are no Float32Array.
 * @throws RangeError when shapes or lengths do not fit or are empty, one class where classes compete, or class options do not fit.
 * @example
 * lossLayout('lovasz-softmax', { input: { shape: [4, 3] }, labels: { shape: [4] } }, {}).layout.pixels; // 4
 */
export function lossLayout(
  name: Exclude<LossName, 'combined'>,
  {
    input,
    labels,
    mask,
  }: { readonly input: Shaped; readonly labels: Shaped; readonly mask?: Shaped | undefined },
  options: LabelMeanOptions & Pick<MulticlassOptions, 'input'>,
): LossLayout {
  const isMulticlass = !binaryLosses.has(name) && options.multilabel !== true;
  const hasClasses = isMulticlass || options.multilabel === true;
  const kind: InputKind = options.input ?? 'logits';
  checkShapes(input, labels, mask, { hasClasses, areClasses: isMulticlass, kind, layout: options.layout });
  const layout = hasClasses
    ? layoutWithClasses(input.shape, options.layout)
    : layoutWithoutClasses(labels.shape);
  const factors = scoredFactors({ areBinary: !isMulticlass }, layout, options);
  const counted =
    options.classes ?? (name in countedByDefault ? countedByDefault[name as 'soft-jaccard'] : 'all');
  return {
    layout,
    groups: options.perImage === true ? layout.images : 1,
    isMulticlass,
    factors,
    isPresent: counted === 'present',
  };
}
