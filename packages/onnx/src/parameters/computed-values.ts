import { sizeOf } from '../graph/tensor.js';

/** Says what computed these entries, where they cannot well have been learned: a mask (whole numbers), waves, a sequence. */
export function describeComputed(
  values: Float64Array,
  shape: readonly number[],
): { readonly reason: string; readonly isWhole: boolean } | undefined {
  const distinct = new Set<number>();
  let whole = true;
  for (const value of values) {
    if (!(value > -1e4 && value < Infinity))
      return { reason: 'has entries of −10⁴ or less, or infinite ones, as masks have', isWhole: true };
    if (!Number.isInteger(value)) whole = false;
    if (distinct.size < 3) distinct.add(value);
  }
  if (distinct.size === 1) return undefined;
  if (whole && distinct.size === 2 && distinct.has(0)) {
    const [low, high] = [...distinct].sort((a, b) => a - b) as [number, number];
    return { reason: `holds ${low} and ${high} only, as masks do`, isWhole: true };
  }
  if (whole && distinct.size > 2 && values.length >= 8) {
    return { reason: 'holds whole numbers only, as masks, indices and coordinates do', isWhole: true };
  }
  if (isGeometric(values)) return { reason: 'is a geometric sequence, as frequencies are', isWhole: false };
  return isWaves(values, shape)
    ? { reason: 'holds waves or steps, as computed position tables do', isWhole: false }
    : undefined;
}

const near = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= 2e-5 * scale;

/** v[t + 1]·v[t − 1] = v[t]² all along a vector of four entries and more, other axes being of length 1. */
function isGeometric(values: Float64Array): boolean {
  if (values.length < 4 || values.some((value) => value <= 0)) return false;
  return values.every(
    (value, t) =>
      t === 0 || t === values.length - 1 || near((values[t - 1]! * values[t + 1]!) / value ** 2, 1, 1),
  );
}

/**
 * Whether the entries are sin(ωt + φ) or equal steps all along some axis: v[t − 1] + v[t + 1] = 2 cos ω · v[t], with an
 * ω for each place of the other axes; or pairs with sin² + cos² = 1 in one of the usual arrangements.
 */
function isWaves(values: Float64Array, shape: readonly number[]): boolean {
  if (shape.some((length, axis) => length >= 5 && isWavesAlong(values, shape, axis))) return true;
  const depth = shape.at(-1) ?? 0;
  if (depth < 2 || values.length < 8) return false;
  return [
    [1, 2],
    [depth / 2, depth],
    [depth / 4, depth / 2],
  ].some(([distance, period]) => isPaired(values, distance!, period!, depth));
}

function isWavesAlong(values: Float64Array, shape: readonly number[], axis: number): boolean {
  const stride = sizeOf(shape.slice(axis + 1));
  const length = shape[axis]!;
  /** 2 cos ω of each place where entries change. */
  const frequencies: number[] = [];
  for (let outer = 0; outer < values.length; outer += stride * length) {
    for (let inner = outer; inner < outer + stride; inner++) {
      const at = (t: number): number => values[inner + t * stride]!;
      let [scale, numerator, denominator, changes] = [0, 0, 0, false];
      for (let t = 0; t < length; t++) {
        scale = Math.max(scale, Math.abs(at(t)));
        if (at(t) !== at(0)) changes = true;
      }
      for (let t = 1; t < length - 1; t++) {
        numerator += (at(t - 1) + at(t + 1)) * at(t);
        denominator += at(t) ** 2;
      }
      const doubled = denominator === 0 ? 0 : numerator / denominator;
      if (Math.abs(doubled) > 2.0001) return false;
      for (let t = 1; t < length - 1; t++) {
        if (!near(at(t - 1) + at(t + 1), doubled * at(t), 4 * scale)) return false;
      }
      if (changes) frequencies.push(doubled);
    }
  }
  // Steps, or several frequencies: one alone may be chance.
  const [first] = frequencies;
  return (
    first !== undefined &&
    (frequencies.every((each) => each > 1.9999) || frequencies.some((each) => Math.abs(each - first) > 1e-3))
  );
}

function isPaired(values: Float64Array, distance: number, period: number, depth: number): boolean {
  if (!Number.isInteger(distance) || distance < 1 || depth % period !== 0) return false;
  return values.every(
    (value, place) => place % period >= distance || near(value ** 2 + values[place + distance]! ** 2, 1, 10),
  );
}
