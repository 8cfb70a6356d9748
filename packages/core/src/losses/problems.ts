import type { Dimension, TensorBackend } from '../backend/tensor-backend.js';
import { classFactors } from './class-factors.js';
import type { BinaryOptions, ClassMeanOptions, InputKind, Layout } from './options.js';

/**
 * A batch as binary problems side by side. Every loss works on this one arrangement, whatever the layout it was given.
 *
 * A group is what one Jaccard index is taken over: the whole batch, or one image. Points without an image axis
 * (multi-class `[points, classes]`, binary `[points]`) are one group.
 */
export interface Problems<T> {
  /** Logits or probabilities, `[groups, classes, pixels]`. */
  readonly scores: T;
  /** 1 where the pixel belongs to the class, `[groups, classes, pixels]`. Read it where pixels are valid. */
  readonly foreground: T;
  /** The labels, `[groups, 1 or classes, pixels]`. */
  readonly labels: T;
  /** 0 at ignored pixels, of the shape of the labels; undefined when no pixel is ignored. */
  readonly valid: T | undefined;
  /** Whether the groups are images. */
  readonly perImage: boolean;
}

/** {@link Problems} of one label per pixel: classes compete, and labels and `valid` are shared by all classes. */
export interface MulticlassProblems<T> extends Problems<T> {
  /** The factor of each class in the mean, `[1, classes, 1]`; 0 for a class that is not scored. */
  readonly factors: T;
}

/** {@link Problems} of binary labels: each class is a label of its own. */
export interface BinaryProblems<T> extends Problems<T> {
  readonly numberOfLabels: number;
}

/** What makes a group. `any` is for losses that are sums over pixels, whatever the group: it moves no data. */
type Grouping = 'batch' | 'images' | 'any';

/**
 * Checks and arranges scores and one label per pixel.
 *
 * @param scores `[images, classes, ...]`, `[images, ..., classes]` or `[points, classes]`.
 * @param labels the shape of the scores without their classes.
 * @throws RangeError when shapes or class options do not fit.
 */
export function multiclassProblems<T>(
  backend: TensorBackend<T>,
  scores: T,
  labels: T,
  options: ClassMeanOptions,
  grouping: Grouping,
): MulticlassProblems<T> {
  const shape = backend.shape(scores);
  const description = `${options.input ?? 'logits'} of shape ${text(shape)}`;
  if (shape.length < 2) {
    throw new RangeError(`${description}; expected at least 2 dimensions, one of them classes`);
  }
  const classAxis = findClassAxis(shape, options.layout);
  const numberOfClasses = knownLength(shape, classAxis, `${description}: classes`);
  checkLabelShape(backend.shape(labels), shape.toSpliced(classAxis, 1), description);
  const factors = classFactors(numberOfClasses, options);
  const hasImages = shape.length > 2;
  const arrangement = arrange(backend, { shape, description, classAxis, hasImages, grouping });

  const labelColumn = arrangement.withoutClasses(labels);
  const ids = Array.from(factors.keys());
  return {
    scores: arrangement.withClasses(scores),
    foreground: backend.equal(labelColumn, backend.constant(ids, [1, numberOfClasses, 1])),
    labels: labelColumn,
    valid: validMask(backend, labelColumn, options.ignoreIndex),
    perImage: hasImages && grouping === 'images',
    factors: backend.constant(factors, [1, numberOfClasses, 1]),
  };
}

/**
 * Checks and arranges scores and binary labels of the same shape.
 *
 * @param scores `[images, ...]` or `[points]`; multilabel as the scores of {@link multiclassProblems}.
 * @throws RangeError when the shapes do not fit.
 */
export function binaryProblems<T>(
  backend: TensorBackend<T>,
  scores: T,
  labels: T,
  options: BinaryOptions & { readonly input?: InputKind | undefined },
): BinaryProblems<T> {
  const { multilabel = false, perImage = false } = options;
  const shape = backend.shape(scores);
  const description = `${options.input ?? 'logits'} of shape ${text(shape)}`;
  if (shape.length < (multilabel ? 2 : 1)) {
    throw new RangeError(
      `${description}; expected at least ${multilabel ? '2 dimensions, one of them labels' : '1 dimension'}`,
    );
  }
  checkLabelShape(backend.shape(labels), shape, description);
  const classAxis = multilabel ? findClassAxis(shape, options.layout) : undefined;
  const numberOfLabels =
    classAxis === undefined ? 1 : knownLength(shape, classAxis, `${description}: labels`);
  const hasImages = shape.length > (multilabel ? 2 : 1);
  const grouping = perImage ? 'images' : 'batch';
  const arrangement = arrange(backend, { shape, description, classAxis, hasImages, grouping });

  const arranged = arrangement.withClasses(labels);
  return {
    scores: arrangement.withClasses(scores),
    foreground: backend.equal(arranged, backend.constant(1)),
    labels: arranged,
    valid: validMask(backend, arranged, options.ignoreIndex),
    perImage: hasImages && perImage,
    numberOfLabels,
  };
}

/** 1 at each pixel that counts, of the shape of the labels. */
export function validPixels<T>(backend: TensorBackend<T>, { labels, valid }: Problems<T>): T {
  return valid ?? backend.equal(labels, labels);
}

/** 1 for each group, of each label if these have pixels of their own, with a valid pixel: `[groups, 1 or classes, 1]`. */
export function hasValidPixel<T>(backend: TensorBackend<T>, problems: Problems<T>): T {
  return backend.greater(backend.sum(validPixels(backend, problems), [2]), backend.constant(0));
}

function validMask<T>(backend: TensorBackend<T>, labels: T, ignoreIndex: number | undefined): T | undefined {
  if (ignoreIndex === undefined) return undefined;
  return backend.subtract(backend.constant(1), backend.equal(labels, backend.constant(ignoreIndex)));
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

function checkLabelShape(labels: readonly Dimension[], expected: readonly Dimension[], scores: string): void {
  // A name may stand for any length.
  const fits =
    labels.length === expected.length &&
    labels.every((length, axis) => {
      const wanted = expected[axis]!;
      return typeof length === 'string' || typeof wanted === 'string' || length === wanted;
    });
  if (!fits) {
    throw new RangeError(`labels of shape ${text(labels)} for ${scores}; expected shape ${text(expected)}`);
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
  const classes = toLength(shape, classAxis === undefined ? [] : [classAxis]);
  if (grouping === 'any' && classAxis === shape.length - 1) {
    // Each pixel is a group: nothing moves.
    return {
      withClasses: (x) => backend.reshape(x, [-1, classes, 1]),
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
      backend.reshape(inOrder ? x : backend.transpose(x, permutation), [groups, classes, pixels]),
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
