import { interpret, type Numbers, type Value } from '@lovasz/onnx';

/** An output and the cotangent by which it is weighted. */
export interface Seed {
  readonly output: Value;
  readonly cotangent: Value;
}

/** The derivative to one entry of one variable. */
export interface Difference {
  /** The position of the variable in the list given. */
  readonly variable: number;
  readonly place: number;
  readonly difference: number;
}

const step = 1e-5;

/**
 * The derivatives of the sum of outputs × cotangents by central differences in float64, at most `count` entries of each
 * variable, spread evenly.
 */
export function differencesOf(
  seeds: readonly Seed[],
  feeds: ReadonlyMap<Value, Numbers>,
  variables: readonly Value[],
  count: number,
): readonly Difference[] {
  return variables.flatMap((value, variable) => {
    const { data } = feeds.get(value)!;
    const places = Array.from({ length: Math.min(count, data.length) }, (_, index) =>
      Math.floor((index * data.length) / Math.min(count, data.length)),
    );
    return places.map((place) => {
      const entry = data[place]!;
      data[place] = entry + step;
      const up = weightedSum(seeds, feeds);
      data[place] = entry - step;
      const down = weightedSum(seeds, feeds);
      data[place] = entry;
      return { variable, place, difference: (up - down) / (2 * step) };
    });
  });
}

function weightedSum(seeds: readonly Seed[], feeds: ReadonlyMap<Value, Numbers>): number {
  const outputs = interpret(
    seeds.map(({ output }) => output),
    feeds,
  );
  return seeds.reduce(
    (sum, { cotangent }, position) =>
      sum +
      outputs[position]!.data.reduce((inner, entry, place) => {
        // What counts for nothing may be infinite.
        const weight = feeds.get(cotangent)!.data[place]!;
        return weight === 0 ? inner : inner + entry * weight;
      }, 0),
    0,
  );
}
