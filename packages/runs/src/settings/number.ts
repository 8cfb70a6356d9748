import type { Setting } from './setting.js';
import { refuse } from './usage-error.js';

/** Reads a whole number in plain digits from `minimum` to `maximum`; throws UsageError otherwise. */
export function parseWholeNumber(option: string, text: string, minimum: number, maximum = Infinity): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  const range = maximum === Infinity ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return refuse(option, text, `a whole number ${range}`);
}

/** An interval of real numbers, in words and as a test. */
export interface Interval {
  readonly description: string;
  contains(value: number): boolean;
}

/** (0, ∞): a learning rate. */
export const positive: Interval = { description: 'a number above 0', contains: (value) => value > 0 };

/** [0, ∞): a weight decay. */
export const nonNegative: Interval = {
  description: 'a number of at least 0',
  contains: (value) => value >= 0,
};

/** (−∞, ∞): a logit. */
export const anyNumber: Interval = { description: 'a number', contains: () => true };

/** [0, 1): a momentum. */
export const belowOne: Interval = {
  description: 'a number of at least 0 and below 1',
  contains: (value) => value >= 0 && value < 1,
};

/** Reads a finite decimal number such as `0.001` or `1e-3` in `interval`; throws UsageError otherwise. */
export function parseNumber(option: string, text: string, interval: Interval): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value) && interval.contains(value)) return value;
  return refuse(option, text, interval.description);
}

/** How a whole number is read, for a row of a table. */
export function wholeNumber(
  flag: `--${string}`,
  minimum: number,
  maximum?: number,
): Pick<Setting<number, never>, 'flag' | 'parse'> {
  return { flag, parse: (text) => parseWholeNumber(flag, text, minimum, maximum) };
}

/** How a number of an interval is read, for a row of a table. */
export function numberOf(
  flag: `--${string}`,
  interval: Interval,
): Pick<Setting<number, never>, 'flag' | 'parse'> {
  return { flag, parse: (text) => parseNumber(flag, text, interval) };
}
