/** Where the classes lie: `[images, classes, ...]` or `[images, ..., classes]`. Points `[points, classes]` are both. */
export type Layout = 'channels-first' | 'channels-last';

/** What the scores are: any real numbers, to be put through a softmax or sigmoid, or probabilities already. */
export type InputKind = 'logits' | 'probabilities';

/** What a loss returns: one number, or what that number is the mean of. */
export type Reduction = 'mean' | 'none';

/** The mask of a loss: a tensor beside scores and labels, where options are plain values. */
export interface Masked<T> {
  /** 0 at pixels to leave out, as if they had the label `ignoreIndex`, and 1 at the others; of the labels' shape. */
  readonly mask?: T | undefined;
}

/** Options of every loss. */
export interface ReductionOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction | undefined;
}

/** Options of every loss that reads one label per pixel out of several classes. */
export interface MulticlassOptions {
  /** The label of pixels to leave out. If it is a class, that class is not scored either. Default: none. */
  readonly ignoreIndex?: number | undefined;
  /** One factor ≥ 0 per class. Default: all 1. */
  readonly classWeights?: readonly number[] | undefined;
  /** Default `logits`. */
  readonly input?: InputKind | undefined;
  /** Default `channels-first`. */
  readonly layout?: Layout | undefined;
}

/** Options of the losses that are a mean over classes. */
export interface ClassMeanOptions extends MulticlassOptions {
  /**
   * The classes in the mean: those with a valid pixel (`present`, the default), `all`, or a list of class ids. With
   * `perImage`, presence is a matter of each image.
   */
  readonly classes?: 'present' | 'all' | readonly number[] | undefined;
  /** Whether each image is scored by itself and the mean taken over those with a class to score. Default false. */
  readonly perImage?: boolean | undefined;
}

/** Options of every loss on binary labels: 0, 1 or `ignoreIndex`. */
export interface BinaryOptions {
  /** The label of pixels to leave out. Default: none. */
  readonly ignoreIndex?: number | undefined;
  /** Whether there is an axis of labels, each a binary problem of its own. Default false: there is one label. */
  readonly multilabel?: boolean | undefined;
  /** Where the labels of a multilabel problem lie. Default `channels-first`. */
  readonly layout?: Layout | undefined;
  /** One factor ≥ 0 per label. Default: all 1. */
  readonly classWeights?: readonly number[] | undefined;
}

/** Options of the losses that are a mean over labels, each a binary problem. */
export interface LabelMeanOptions extends BinaryOptions {
  /**
   * The labels in the mean: those with a foreground pixel (`present`), `all`, the default, or a list of their indices.
   * With `perImage`, presence is a matter of each image.
   */
  readonly classes?: 'present' | 'all' | readonly number[] | undefined;
  /** Whether each image is scored by itself and the mean taken over those with a label to score. Default false. */
  readonly perImage?: boolean | undefined;
}

const accepted: Record<string, { readonly test: (value: unknown) => boolean; readonly expected: string }> = {
  ignoreIndex: { test: Number.isInteger, expected: 'an integer' },
  classWeights: { test: Array.isArray, expected: 'an array with one number ≥ 0 per class' },
  input: oneOf('logits', 'probabilities'),
  layout: oneOf('channels-first', 'channels-last'),
  classes: {
    test: (value) => value === 'present' || value === 'all' || Array.isArray(value),
    expected: '"present", "all" or an array of class ids',
  },
  perImage: { test: (value) => typeof value === 'boolean', expected: 'a boolean' },
  multilabel: { test: (value) => typeof value === 'boolean', expected: 'a boolean' },
  mask: {
    test: (value) => typeof value === 'object' && value !== null,
    expected: 'a tensor of the shape of the labels',
  },
  reduction: oneOf('mean', 'none'),
  activation: oneOf('relu', 'elu+1'),
  symmetric: { test: (value) => typeof value === 'boolean', expected: 'a boolean' },
  terms: {
    test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    expected: 'an object with a number ≥ 0 per loss',
  },
};

function oneOf(...values: string[]) {
  return {
    test: (value: unknown) => values.includes(value as string),
    expected: values.map((value) => `"${value}"`).join(' or '),
  };
}

/**
 * Checks the names of options and the kinds of their values.
 *
 * @param options what the caller gave.
 * @param names the options that the loss has.
 * @throws TypeError for an option that the loss does not have, or a value of the wrong kind.
 */
export function checkOptions(options: object, names: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      throw new TypeError(`unknown option "${name}"; accepted: ${names.join(', ')}`);
    }
    if (value !== undefined && !accepted[name]!.test(value)) {
      throw new TypeError(`${name} is ${JSON.stringify(value)}; expected ${accepted[name]!.expected}`);
    }
  }
}
