import type { Counts } from '../counting/counts.js';

/** What becomes of a class whose ratio is 0/0: one of the rules of {@link ClassSelection.absent}, or a number instead. */
export type AbsentRule = 'skip' | 'one' | 'zero' | 'undefined' | 'error' | number;

/** Which classes enter a mean, and what 0/0 counts as. */
export interface ClassSelection {
  /**
   * All classes; those that occur in the labels (`'present'`); those in labels or predictions (`'occurring'`); or a list
   * of class ids. Default `'all'`.
   */
  readonly classes?: 'all' | 'present' | 'occurring' | readonly number[];
  /** Class ids that do not enter all the same. Their pixels stay in the counts of the other classes. */
  readonly except?: readonly number[];
  /**
   * What a selected class counts as whose ratio is 0/0: left out (`'skip'`), 1 (`'one'`, the paper's convention for
   * Eq. 3), 0 (`'zero'`), any other number, NaN, which makes the mean NaN too (`'undefined'`, Pascal VOC), or an error.
   * Default `'skip'`, as Cityscapes and mmsegmentation do.
   */
  readonly absent?: AbsentRule;
}

const absentScores: Readonly<Record<Exclude<AbsentRule, number>, number | undefined>> = {
  skip: undefined,
  one: 1,
  zero: 0,
  undefined: NaN,
  error: undefined,
};

/** In words, for reports. */
export function describeSelection({ classes = 'all', except = [], absent = 'skip' }: ClassSelection) {
  const chosen = typeof classes === 'string' ? classes : `classes ${classes.join(', ')}`;
  return {
    classes: except.length > 0 ? `${chosen}, except ${except.join(', ')}` : chosen,
    absent: `${absent}`,
  };
}

/** @throws RangeError when an option is not what it may be; class ids are checked when the classes are known. */
export function checkSelection({ classes = 'all', except = [], absent = 'skip' }: ClassSelection): void {
  if (typeof absent === 'number' ? !Number.isFinite(absent) : !Object.hasOwn(absentScores, absent)) {
    throw new RangeError(
      `absent is ${String(absent)}; expected one of ${Object.keys(absentScores).join(', ')}, or a number`,
    );
  }
  if (
    typeof classes === 'string' ? !['all', 'present', 'occurring'].includes(classes) : !Array.isArray(classes)
  ) {
    throw new RangeError(
      `classes is ${String(classes)}; expected 'all', 'present', 'occurring' or a list of class ids`,
    );
  }
  if (classes.length === 0) throw new RangeError('classes is an empty list; expected at least one class id');
  for (const [name, ids] of Object.entries({ classes, except })) {
    if (typeof ids === 'string') continue;
    for (const [place, id] of ids.entries()) {
      if (ids.indexOf(id) !== place) throw new RangeError(`${name} holds ${id} twice`);
    }
  }
}

/**
 * The classes that enter.
 *
 * @throws RangeError when the selection names an id that is no class.
 */
export function selectClasses(
  { numClasses, classCounts }: Pick<Counts, 'numClasses' | 'classCounts'>,
  { classes = 'all', except = [] }: ClassSelection,
): readonly number[] {
  for (const [name, ids] of Object.entries({ classes, except })) {
    const wrong =
      typeof ids === 'string' ? undefined : ids.find((id) => !(id >>> 0 === id && id < numClasses));
    if (wrong !== undefined) {
      throw new RangeError(`${name} holds ${wrong}; expected class ids, 0 to ${numClasses - 1}`);
    }
  }
  const chosen = typeof classes === 'string' ? Array.from({ length: numClasses }, (_, id) => id) : classes;
  return chosen.filter((id) => {
    if (except.includes(id)) return false;
    const { truePositives, falsePositives, falseNegatives } = classCounts[id]!;
    if (classes === 'present') return truePositives + falseNegatives > 0;
    if (classes === 'occurring') return truePositives + falsePositives + falseNegatives > 0;
    return true;
  });
}

/**
 * What a value counts as under the rule; undefined when it is left out.
 *
 * @throws RangeError under the rule `'error'` when it is NaN.
 */
export function applyRule(value: number, absent: AbsentRule, what: string): number | undefined {
  if (!Number.isNaN(value)) return value;
  if (absent === 'error') throw new RangeError(`${what} is 0/0`);
  return typeof absent === 'number' ? absent : absentScores[absent];
}

/** Mean of the values that are left; NaN of none. */
export function meanOf(values: readonly (number | undefined)[]): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}
