import type { TensorBackend } from '../backend/tensor-backend.js';
import { crossEntropy, multiclassCrossEntropy } from './cross-entropy.js';
import { lovaszSoftmax } from './lovasz-softmax.js';
import { optionNames } from './option-names.js';
import { type ClassMeanOptions, checkOptions, type Masked } from './options.js';
import { findClasses } from './problems.js';
import { softJaccard } from './soft-jaccard.js';

/** The losses that {@link combined} adds up. */
export type CombinedTerm = 'cross-entropy' | 'lovasz-softmax' | 'soft-jaccard';

/** Options of {@link combined}. */
export interface CombinedOptions extends ClassMeanOptions {
  /** The factor ≥ 0 of each loss; one that is left out has 0. Default: 1 of `cross-entropy` and of `lovasz-softmax`. */
  readonly terms?: Readonly<Partial<Record<CombinedTerm, number>>> | undefined;
}

/**
 * Σ λ·loss of losses on the same classes, which share one softmax: by default cross-entropy (Eq. 1) plus the
 * Lovász-Softmax loss (Eq. 13), what most networks are trained with.
 *
 * All terms share the options; `classes` and `perImage` concern those that are a mean over classes, as if each were
 * called by itself.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`.
 * @param labels class ids, of the shape of the input without classes. Values are not checked.
 * @param options see {@link CombinedOptions} and {@link Masked}.
 * @returns a scalar ≥ 0; 0 when no pixel is valid.
 * @throws TypeError for an unknown option, option value or term.
 * @throws RangeError when shapes do not fit, there is only one class, class ids or weights do not fit the number of
 *   classes, or factors are not numbers ≥ 0, one of them positive.
 * @example
 * const logits = referenceTensor([2, -1, 0, 1], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * combined(referenceBackend, logits, labels, { terms: { 'cross-entropy': 0.5, 'lovasz-softmax': 1 } }).data[0]; // 0.3040…
 */
export function combined<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CombinedOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames.combined);
  const { terms = { 'cross-entropy': 1, 'lovasz-softmax': 1 }, classes, perImage, ...shared } = options;
  const factors = checkTerms(terms);
  const isProbability = options.input === 'probabilities';
  const { classAxis } = findClasses(backend.shape(input), options);
  const logProbabilities = isProbability ? input : backend.logSoftmax(input, classAxis);
  const probabilities = isProbability ? input : backend.exp(logProbabilities);
  const ofProbabilities = { ...shared, classes, perImage, input: 'probabilities' } as const;

  const losses: Readonly<Record<CombinedTerm, () => T>> = {
    'cross-entropy': () =>
      isProbability
        ? crossEntropy(backend, input, labels, shared)
        : multiclassCrossEntropy(backend, logProbabilities, labels, shared, (x) => x),
    'lovasz-softmax': () => lovaszSoftmax(backend, probabilities, labels, ofProbabilities),
    'soft-jaccard': () => softJaccard(backend, probabilities, labels, ofProbabilities),
  };
  return factors
    .map(([name, factor]) => backend.multiply(backend.constant(factor), losses[name]()))
    .reduce((sum, term) => backend.add(sum, term));
}

const termNames: readonly CombinedTerm[] = ['cross-entropy', 'lovasz-softmax', 'soft-jaccard'];

/**
 * The terms with a positive factor.
 *
 * @throws TypeError for an unknown term.
 * @throws RangeError for a factor that is no finite number ≥ 0, or when none is positive.
 */
function checkTerms(
  terms: NonNullable<CombinedOptions['terms']>,
): readonly (readonly [CombinedTerm, number])[] {
  const entries = Object.entries(terms) as [CombinedTerm, number][];
  for (const [name, factor] of entries) {
    if (!termNames.includes(name)) {
      throw new TypeError(`terms hold "${name}"; accepted: ${termNames.join(', ')}`);
    }
    if (!(Number.isFinite(factor) && factor >= 0)) {
      throw new RangeError(`terms["${name}"] is ${factor}; expected a finite number ≥ 0`);
    }
  }
  const positive = entries.filter(([, factor]) => factor > 0);
  if (positive.length === 0) throw new RangeError('terms hold no positive factor; expected at least one');
  return positive;
}
