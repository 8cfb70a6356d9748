import { block, pixelsOf, type ScoreLayout } from './argmax.js';
import { ProbabilityHistogram, type ExpectedIou } from './probability-histogram.js';

/** A mask, with what is expected of it. */
export interface MaskDecision extends ExpectedIou {
  /** 1 for the foreground, else 0. */
  readonly mask: Uint8Array;
}

/**
 * The mask with the largest E[I] / E[U] when pixels are foreground independently with the given probabilities (Nowozin,
 * CVPR 2014, in the form of Ahmed et al. 2015): pixels with p > J / (1 + J), where J is the value that this reaches itself.
 * With calibrated probabilities J is at most 1, so the threshold is at most ½: small objects get bigger.
 *
 * @param probabilities - of the foreground
 * @throws RangeError when a probability is not in [0, 1]
 * @example
 * decideMask([0.9, 0.4, 0.1]); // { mask: [1, 1, 0], iou: 0.619, threshold: 0.382, … }
 */
export function decideMask(probabilities: ArrayLike<number>): MaskDecision {
  let best = new ProbabilityHistogram().add(probabilities).best();
  let all = 0;
  for (let pixel = 0; pixel < probabilities.length; pixel++) all += probabilities[pixel]!;
  // The bins leave an error of 2⁻¹⁷ in each probability; Dinkelbach's iteration goes on from there with the exact ones.
  for (let round = 0; all > 0 && round < 64; round++) {
    let [above, outside] = [0, 0];
    for (let pixel = 0; pixel < probabilities.length; pixel++) {
      const probability = probabilities[pixel]!;
      if (probability <= best.threshold) continue;
      above += probability;
      outside += 1 - probability;
    }
    const iou = above / (all + outside);
    const isBetter = iou > best.iou || round === 0;
    best = { iou, union: all + outside, threshold: isBetter ? iou / (1 + iou) : best.threshold };
    if (!isBetter) break;
  }
  const mask = Uint8Array.from({ length: probabilities.length }, (_, pixel) =>
    Number(probabilities[pixel]! > best.threshold),
  );
  return { ...best, mask };
}

/** Of each class, the expected IoU and union of the pixels given to it so far: what a further pixel is weighed by. */
export type ClassRule = readonly Pick<ExpectedIou, 'iou' | 'union'>[];

/** Labels, with what is expected of them. */
export interface LabelDecision {
  readonly labels: Uint8Array | Int32Array;
  /** E[I] / E[U] of each class; 1 for a class of which nothing is expected and that no pixel got. */
  readonly iou: readonly number[];
  readonly meanIou: number;
}

/** Options of {@link decideLabels}. */
export interface DecisionOptions {
  readonly layout?: ScoreLayout;
  /** Labels that are tried after those of argmax, each by the rule of the ones before; default 1. */
  readonly rounds?: number;
}

/**
 * Labels with a large mean of E[I] / E[U] over classes. Masks of single classes may overlap and leave gaps, so each pixel
 * goes to the class to whose IoU it adds most (or takes least from): `(p (1 + J_c) − J_c) / E[U_c]`. The J_c and E[U_c] are
 * those of the best single masks first, then of the labels; the best labels of all rounds are kept, and argmax is among the
 * candidates, so that the expected mean IoU is never below that of argmax.
 *
 * @param probabilities - of one image, `numClasses` × pixels
 * @throws RangeError when a probability is not in [0, 1], or the length is no multiple of `numClasses`
 * @example
 * decideLabels([0.6, 0.9, 0.4, 0.1], 2).labels; // [1, 0]: the pixel in doubt is all that class 1 may have
 */
export function decideLabels(
  probabilities: ArrayLike<number>,
  numClasses: number,
  { layout = 'planar', rounds = 1 }: DecisionOptions = {},
): LabelDecision {
  const planes = planesOf(probabilities, numClasses, layout);
  const histograms = planes.map(() => new ProbabilityHistogram());
  const expected = planes.map((plane, id) => histograms[id]!.addWithSum(plane));
  /** What is expected of labels, given of each class how many pixels it got and the sum of their probabilities. */
  const rate = ({ labels, given, hits }: Ruled): LabelDecision & { readonly rule: ClassRule } => {
    const rule = expected.map((all, id) => {
      const union = all + given[id]! - hits[id]!;
      return { union, iou: union === 0 ? 1 : hits[id]! / union };
    });
    const iou = rule.map((each) => each.iou);
    return { labels, rule, iou, meanIou: iou.reduce((sum, each) => sum + each, 0) / numClasses };
  };
  let best = rate(
    applyRule(
      planes,
      planes.map(() => argmaxRule),
    ),
  );
  let rule: ClassRule = histograms.map((histogram) => histogram.best());
  for (let round = 0; round < rounds; round++) {
    const next = rate(applyRule(planes, rule));
    if (next.meanIou > best.meanIou) best = next;
    rule = next.rule;
  }
  const { labels, iou, meanIou } = best;
  return { labels, iou, meanIou };
}

/** Under which the gain of a pixel is its probability. */
const argmaxRule = { iou: 0, union: 1 };

/**
 * Labels of an image under a rule that was made of more than the image: of a data set,
 * `histograms.map((histogram) => histogram.best())` with one {@link ProbabilityHistogram} per class.
 *
 * @throws RangeError when the length is no multiple of the number of classes
 * @example
 * decideLabelsByRule(probabilities, histograms.map((histogram) => histogram.best()));
 */
export function decideLabelsByRule(
  probabilities: ArrayLike<number>,
  rule: ClassRule,
  layout: ScoreLayout = 'planar',
): Uint8Array | Int32Array {
  return applyRule(planesOf(probabilities, rule.length, layout), rule).labels;
}

/** Labels by a rule, with of each class the number of its pixels and the sum of their probabilities of it. */
interface Ruled {
  readonly labels: Uint8Array | Int32Array;
  readonly given: Float64Array;
  readonly hits: Float64Array;
}

function applyRule(planes: readonly FloatArray[], rule: ClassRule): Ruled {
  const pixels = planes[0]!.length;
  const labels = planes.length <= 256 ? new Uint8Array(pixels) : new Int32Array(pixels);
  const given = new Float64Array(planes.length);
  const hits = new Float64Array(planes.length);
  const best = new Float64Array(Math.min(block, pixels));
  for (let from = 0; from < pixels; from += block) {
    const size = Math.min(block, pixels - from);
    best.fill(-Infinity);
    for (let id = 0; id < planes.length; id++) {
      const plane = planes[id]!;
      const { iou, union } = rule[id]!;
      // Nothing is expected of a class without a union: it gets no pixel that another wants.
      const slope = union > 0 ? (1 + iou) / union : 0;
      const offset = union > 0 ? iou / union : Number.MAX_VALUE;
      offer(plane.subarray(from, from + size), slope, offset, id, best, labels.subarray(from, from + size));
    }
    for (let pixel = from; pixel < from + size; pixel++) {
      const id = labels[pixel]!;
      given[id]!++;
      hits[id]! += planes[id]![pixel]!;
    }
  }
  return { labels, given, hits };
}

/** Gives a class the pixels whose gain is above the best so far: a small function of its own is compiled best. */
function offer(
  plane: FloatArray,
  slope: number,
  offset: number,
  id: number,
  best: Float64Array,
  labels: Uint8Array | Int32Array,
): void {
  for (let pixel = 0; pixel < plane.length; pixel++) {
    const gain = plane[pixel]! * slope - offset;
    if (gain > best[pixel]!) {
      best[pixel] = gain;
      labels[pixel] = id;
    }
  }
}

type FloatArray = Float32Array | Float64Array;

/** One list of probabilities per class; planar typed arrays are not copied. */
function planesOf(probabilities: ArrayLike<number>, numClasses: number, layout: ScoreLayout): FloatArray[] {
  const pixels = pixelsOf(probabilities, numClasses);
  return Array.from({ length: numClasses }, (_, id) => {
    if (
      layout === 'planar' &&
      (probabilities instanceof Float32Array || probabilities instanceof Float64Array)
    ) {
      return probabilities.subarray(id * pixels, (id + 1) * pixels);
    }
    const at = (pixel: number) => (layout === 'planar' ? id * pixels + pixel : pixel * numClasses + id);
    return Float64Array.from({ length: pixels }, (_, pixel) => probabilities[at(pixel)]!);
  });
}
