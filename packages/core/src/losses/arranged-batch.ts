import type { Dimension, TensorBackend } from '../backend/tensor-backend.js';
import { classFactors } from './class-factors.js';
import type { ClassMeanOptions, InputKind, LabelMeanOptions, Layout, Masked } from './options.js';

/**
 * A batch as binary problems side by side, each class against the rest. Every loss works on this one arrangement, whatever
 * the layout it was given. Softmax goes before it, along the class axis of the input: data is then moved once.
 *
 * A group is what one Jaccard index is taken over: the whole batch, or one image. Points without an image axis
 * (multi-class `[points, classes]`, binary `[points]`) are one group.
 */
export interface ArrangedBatch<T> {
  /** Brings scores of the shape of the input to `[groups, classes, pixels]`. */
  arrange(scores: T): T;
  /** 1 where a valid pixel belongs to the class, `[groups, classes, pixels]`. The class `ignoreIndex` may have any. */
  readonly foreground: T;
  /** The labels, `[groups, 1 or classes, pixels]`; masked pixels have one that is no class. */
  readonly labels: T;
  /** 0 at ignored pixels, of the shape of the labels; undefined when no pixel is ignored. */
  readonly valid: T | undefined;
  /** Whether the groups are images. */
  readonly perImage: boolean;
  /** The factor of each class in the mean, `[1, classes, 1]`; 0 for a class that is not scored. */
  readonly factors: T;
  /** The number of classes and their axis in the input, or undefined where it has no such axis. */
  readonly classCount: number | undefined;
  readonly classAxis: number | undefined;
}

/** What makes a group. `any` is for losses that are sums over pixels, whatever the group: it moves no data. */
type Grouping = 'batch' | 'images' | 'any';

/** The label of masked pixels: no class, and not foreground. */
const maskedLabel = -1;

/**
 * Checks and arranges a batch of one label per pixel: classes compete, and labels and `valid` are shared by all.
 *
 * @param input scores, `[images, classes, ...]`, `[images, ..., classes]` or `[points, classes]`.
 * @param labels the shape of the scores without their classes.
 * @throws RangeError when shapes or class options do not fit.
 */
export function arrangeMulticlass<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: ClassMeanOptions & Masked<T>,
  grouping: Grouping,
): ArrangedBatch<T> {
  const shape = backend.shape(input);
  const { classAxis, classCount, description } = findClasses(shape, options);
  const labelShape = shape.toSpliced(classAxis, 1);
  checkShape('labels', backend.shape(labels), labelShape, description);
  const { mask, ignoreIndex } = options;
  if (mask !== undefined) checkShape('mask', backend.shape(mask), labelShape, description);
  const factors = classFactors(classCount, options);

  const hasImages = shape.length > 2;
  const arrangement = arrange(backend, { shape, description, classAxis, hasImages, grouping });
  const target = arrangeLabels(backend, arrangement.withoutClasses, { labels, mask, ignoreIndex });
  const ids = Array.from(factors.keys());
  return {
    ...target,
    arrange: arrangement.withClasses,
    foreground: backend.equal(target.labels, backend.constant(ids, [1, classCount, 1])),
    perImage: hasImages && grouping === 'images',
    factors: backend.constant(factors, [1, classCount, 1]),
    classCount,
    classAxis,
  };
}

/**
 * Checks and arranges a batch of binary labels of the shape of the input: each class is a label of its own. Where there is
 * one class, labels and mask may lack its axis.
 *
 * @param input scores, `[images, ...]` or `[points]`; multilabel as the input of {@link arrangeMulticlass}.
 * @throws RangeError when the shapes or class options do not fit.
 */
export function arrangeBinary<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: LabelMeanOptions & Masked<T> & { readonly input?: InputKind | undefined },
  grouping: Grouping,
): ArrangedBatch<T> {
  const { multilabel = false, mask, ignoreIndex } = options;
  const scoreShape = backend.shape(input);
  const description = `${options.input ?? 'logits'} of shape ${text(scoreShape)}`;
  const labelShape = binaryLabelShape(scoreShape, backend.shape(labels), options.layout);
  const shape = multilabel ? scoreShape : labelShape;
  if (shape.length < (multilabel ? 2 : 1)) {
    throw new RangeError(
      `${description}; expected at least ${multilabel ? '2 dimensions, one of them labels' : '1 dimension'}`,
    );
  }
  const classAxis = multilabel ? findClassAxis(shape, options.layout) : undefined;
  const classCount =
    classAxis === undefined ? undefined : knownLength(shape, classAxis, `${description}: labels`);
  checkNotEmpty(shape, description);
  checkShape('labels', backend.shape(labels), labelShape, description);
  if (mask !== undefined) checkShape('mask', backend.shape(mask), labelShape, description);
  // A label of a pixel is 0 or 1, and `ignoreIndex` one of these: no problem is ignored as a whole.
  const factors = classFactors(classCount ?? 1, { ...options, ignoreIndex: undefined });

  const hasImages = shape.length > (multilabel ? 2 : 1);
  const arrangement = arrange(backend, { shape, description, classAxis, hasImages, grouping });
  const target = arrangeLabels(backend, arrangement.withClasses, { labels, mask, ignoreIndex });
  const positive = backend.equal(target.labels, backend.constant(1));
  return {
    ...target,
    arrange: arrangement.withClasses,
    foreground: ignoreIndex === 1 ? backend.multiply(positive, target.valid!) : positive,
    perImage: hasImages && grouping === 'images',
    factors: backend.constant(factors, [1, factors.length, 1]),
    classCount,
    classAxis,
  };
}

/** The shape that binary labels must have: that of the scores; without the axis of the classes if there is one and they lack it. */
export function binaryLabelShape<Length extends Dimension>(
  scores: readonly Length[],
  labels: readonly Dimension[],
  layout?: Layout,
): readonly Length[] {
  const axis = findClassAxis(scores, layout);
  return scores[axis] === 1 && labels.length === scores.length - 1 ? scores.toSpliced(axis, 1) : scores;
}

/** Arranges labels, and tells which pixels count. */
function arrangeLabels<T>(
  backend: TensorBackend<T>,
  arranged: (x: T) => T,
  { labels, mask, ignoreIndex }: Masked<T> & { readonly labels: T; readonly ignoreIndex: number | undefined },
): Pick<ArrangedBatch<T>, 'labels' | 'valid'> {
  const column = arranged(labels);
  const isNot = (label: number): T =>
    backend.subtract(backend.constant(1), backend.equal(column, backend.constant(label)));
  const counted = ignoreIndex === undefined ? undefined : isNot(ignoreIndex);
  if (mask === undefined) return { labels: column, valid: counted };
  const shown = arranged(mask);
  return {
    labels: backend.where(shown, column, backend.constant(maskedLabel)),
    valid: counted === undefined ? shown : backend.multiply(shown, counted),
  };
}

/** 1 at each pixel that counts, of the shape of the labels. */
export function validPixels<T>(backend: TensorBackend<T>, { labels, valid }: ArrangedBatch<T>): T {
  return valid ?? backend.equal(labels, labels);
}

/**
 * Where the classes are, how many, and how messages describe the scores.
 *
 * @throws RangeError when there is no axis of classes, their number is not known or 1, or the scores are empty.
 */
function findClasses(
  shape: readonly Dimension[],
  options: Pick<ClassMeanOptions, 'input' | 'layout'>,
): { readonly classAxis: number; readonly classCount: number; readonly description: string } {
  const description = `${options.input ?? 'logits'} of shape ${text(shape)}`;
  if (shape.length < 2) {
    throw new RangeError(`${description}; expected at least 2 dimensions, one of them classes`);
  }
  const classAxis = findClassAxis(shape, options.layout);
  const classCount = knownLength(shape, classAxis, `${description}: classes`);
  checkNotEmpty(shape, description);
  checkSeveralClasses(classCount, classAxis, description);
  return { classAxis, classCount, description };
}

/**
 * Checks that classes can compete. The softmax of one score is 1 whatever the score: such a loss has the gradient 0.
 *
 * @throws RangeError for one class, naming the losses for one score per pixel.
 */
export function checkSeveralClasses(classes: number, classAxis: number, description: string): void {
  if (classes > 1) return;
  throw new RangeError(
    `${description} have one class on axis ${classAxis}; a loss over classes needs at least 2, since the softmax of one ` +
      'score is always 1. Losses for one score per pixel, with labels 0 and 1: hinge, lovasz-hinge, lovasz-sigmoid, and ' +
      'cross-entropy or soft-jaccard with multilabel',
  );
}

/** The axis of the classes; for points `[points, classes]` it is the same in both layouts. */
export function findClassAxis(shape: readonly Dimension[], layout: Layout = 'channels-first'): number {
  return layout === 'channels-first' ? 1 : shape.length - 1;
}

function knownLength(shape: readonly Dimension[], axis: number, subject: string): number {
  const length = shape[axis]!;
  if (typeof length !== 'number' || length < 1) {
    throw new RangeError(`${subject} on axis ${axis} are "${length}"; expected a known positive number`);
  }
  return length;
}

function checkNotEmpty(shape: readonly Dimension[], description: string): void {
  if (shape.includes(0)) throw new RangeError(`${description}; expected no dimension of length 0`);
}

function checkShape(
  name: 'labels' | 'mask',
  shape: readonly Dimension[],
  expected: readonly Dimension[],
  scores: string,
): void {
  // A name may stand for any length.
  const fits =
    shape.length === expected.length &&
    shape.every((length, axis) => {
      const wanted = expected[axis]!;
      return typeof length === 'string' || typeof wanted === 'string' || length === wanted;
    });
  if (!fits) {
    throw new RangeError(`${name} of shape ${text(shape)} for ${scores}; expected shape ${text(expected)}`);
  }
}

interface Arrangement {
  readonly shape: readonly Dimension[];
  readonly description: string;
  readonly classAxis: number | undefined;
  readonly hasImages: boolean;
  readonly grouping: Grouping;
}

/**
 * The two ways to bring a tensor into `[groups, classes, pixels]`: from the full shape, or from the shape of labels
 * that lack its classes.
 */
function arrange<T>(
  backend: TensorBackend<T>,
  { shape, description, classAxis, hasImages, grouping }: Arrangement,
): { withClasses(x: T): T; withoutClasses(x: T): T } {
  const classCount = toLength(shape, classAxis === undefined ? [] : [classAxis]);
  if (grouping === 'any' && classAxis === shape.length - 1) {
    // Each pixel is a group: nothing moves.
    return {
      withClasses: (x) => backend.reshape(x, [-1, classCount, 1]),
      withoutClasses: (x) => backend.reshape(x, [-1, 1, 1]),
    };
  }

  const imageAxes = hasImages ? [0] : [];
  const restAxes = [...shape.keys()].filter((axis) => axis !== classAxis && !imageAxes.includes(axis));
  const sizesUnknown = toLength(shape, imageAxes) === -1 && toLength(shape, restAxes) === -1;
  if (grouping === 'images' && sizesUnknown) {
    throw new RangeError(`${description}; perImage needs a known number of images or a known size of images`);
  }
  const byImage = grouping === 'images' || (grouping === 'any' && !sizesUnknown);
  const groupAxes = byImage ? imageAxes : [];
  const pixelAxes = byImage ? restAxes : [...imageAxes, ...restAxes];
  const groups = toLength(shape, groupAxes);
  const pixels = toLength(shape, pixelAxes);
  const { largestExactInteger, name } = backend.capabilities;
  if (pixels > largestExactInteger) {
    throw new RangeError(
      `${description}: ${pixels} pixels in one problem; backend "${name}" counts to ${largestExactInteger}`,
    );
  }

  const permutation = [...groupAxes, ...(classAxis === undefined ? [] : [classAxis]), ...pixelAxes];
  // Moving an axis of length 1 moves no data: reshaping does it.
  const moving = permutation.filter((axis) => shape[axis] !== 1);
  const inOrder = moving.every((axis, index) => index === 0 || moving[index - 1]! < axis);
  return {
    withClasses: (x) =>
      backend.reshape(inOrder ? x : backend.transpose(x, permutation), [groups, classCount, pixels]),
    withoutClasses: (x) => backend.reshape(x, [groups, 1, pixels]),
  };
}

/** The product of the dimensions along `axes`, or −1 if one is only known by name. */
function toLength(shape: readonly Dimension[], axes: readonly number[]): number {
  let length = 1;
  for (const axis of axes) {
    const dimension = shape[axis]!;
    if (typeof dimension === 'string') return -1;
    length *= dimension;
  }
  return length;
}

function text(shape: readonly Dimension[]): string {
  return `[${shape.join(', ')}]`;
}
