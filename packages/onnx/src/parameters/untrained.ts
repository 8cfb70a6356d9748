/** A tensor of the model that a user may take for a parameter, and that training leaves as it is. */
export interface UntrainedParameter {
  readonly name: string;
  /** Why, as the end of a sentence: `no gradient reaches it: it leads to output 'aux' alone`. */
  readonly reason: string;
  /** True where that is as asked, or plainly so: an option says it, or the tensor says how an operator computes. */
  readonly isExpected?: boolean;
}

/** How many names are shown before the others are counted. */
const shownNames = 3;

/** Some names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).join(', ');
  return names.length > shownNames ? `${shown} and ${names.length - shownNames} more` : shown;
}

/** What is not trained and may have been meant to be, in one sentence for each reason. */
export function describeUntrained(untrained: readonly UntrainedParameter[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, reason, isExpected } of untrained) {
    if (isExpected !== true) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  return [...reasons].map(([reason, names]) => `not trained: ${names.join(', ')}: ${reason}`);
}
