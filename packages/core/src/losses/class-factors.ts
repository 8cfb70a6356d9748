import type { ClassMeanOptions } from './options.js';

/**
 * The constant factor aₖ with which each class enters the mean: its weight, or 0 if it is not scored.
 *
 * @param classCount the number of classes C.
 * @param options `classes`, `classWeights` and `ignoreIndex`; `present` stands for all, since presence is data.
 * @returns C numbers ≥ 0, at least one of them positive.
 * @throws RangeError when the list of classes or of weights does not fit, or no class is left to score.
 */
export function classFactors(
  classCount: number,
  options: Pick<ClassMeanOptions, 'classes' | 'classWeights' | 'ignoreIndex'>,
): readonly number[] {
  const { classes = 'present', classWeights, ignoreIndex } = options;
  const range = `0…${classCount - 1}`;

  if (typeof classes !== 'string') {
    const outside = classes.find((id) => !Number.isInteger(id) || id < 0 || id >= classCount);
    if (outside !== undefined) throw new RangeError(`classes hold ${outside}; accepted: ${range}`);
    const repeated = classes.find((id, index) => classes.indexOf(id) !== index);
    if (repeated !== undefined) throw new RangeError(`classes hold ${repeated} more than once`);
  }
  if (classWeights !== undefined) {
    if (classWeights.length !== classCount) {
      throw new RangeError(
        `classWeights has length ${classWeights.length}; expected one weight for each of ${classCount} classes`,
      );
    }
    const wrong = classWeights.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0));
    if (wrong >= 0) {
      throw new RangeError(`classWeights[${wrong}] is ${classWeights[wrong]}; expected a finite number ≥ 0`);
    }
  }

  const scored = Array.from(
    { length: classCount },
    (_, id) => id !== ignoreIndex && (typeof classes === 'string' || classes.includes(id)),
  );
  if (!scored.includes(true)) {
    const list = typeof classes === 'string' ? range : `[${classes.join(', ')}]`;
    const without = ignoreIndex === undefined ? '' : ` without ignoreIndex ${ignoreIndex}`;
    throw new RangeError(`classes ${list}${without} leave no class to score`);
  }
  const factors = scored.map((isScored, id) => (isScored ? (classWeights?.[id] ?? 1) : 0));
  if (factors.every((factor) => factor === 0)) {
    throw new RangeError(
      `classWeights [${classWeights!.join(', ')}] are 0 for every scored class; expected a positive one`,
    );
  }
  return factors;
}
