import type { Tolerance } from './metric-case.js';

/**
 * How far actual values are from expected ones, in units of the tolerance: at most 1 when all are within it. Every value
 * that is expected must be there; `null` stands for NaN.
 *
 * @throws RangeError naming the place of a value that is missing or of another kind.
 */
export function compareValues(actual: unknown, expected: unknown, tolerance: Tolerance, place = ''): number {
  const at = place === '' ? 'the result' : place;
  if (expected === null) {
    if (typeof actual === 'number' && Number.isNaN(actual)) return 0;
    throw new RangeError(`${at} is ${show(actual)}; expected to be undefined`);
  }
  if (typeof expected === 'number') {
    if (typeof actual !== 'number' || Number.isNaN(actual)) {
      throw new RangeError(`${at} is ${show(actual)}; expected ${expected}`);
    }
    const allowed = tolerance.absolute + tolerance.relative * Math.abs(expected);
    const difference = Math.abs(actual - expected);
    return difference === 0 ? 0 : difference / allowed;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      throw new RangeError(`${at} is ${show(actual)}; expected a list of ${expected.length}`);
    }
    return Math.max(
      0,
      ...expected.map((each, index) => compareValues(actual[index], each, tolerance, `${place}[${index}]`)),
    );
  }
  if (typeof expected === 'object') {
    if (typeof actual !== 'object' || actual === null)
      throw new RangeError(`${at} is ${show(actual)}; expected an object`);
    return Math.max(
      0,
      ...Object.entries(expected as object).map(([key, each]) => {
        if (!Object.hasOwn(actual, key)) throw new RangeError(`nothing was computed for ${place}.${key}`);
        return compareValues((actual as Record<string, unknown>)[key], each, tolerance, `${place}.${key}`);
      }),
    );
  }
  if (actual !== expected) throw new RangeError(`${at} is ${show(actual)}; expected ${show(expected)}`);
  return 0;
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
