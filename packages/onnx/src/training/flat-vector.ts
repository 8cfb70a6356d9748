import type { GraphWriter } from '../graph/graph-writer.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** A tensor that lies in a flat vector together with others. */
export interface FlatEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where its first entry lies. */
  readonly offset: number;
  readonly size: number;
}

/** Lays tensors out one after the other. */
export function layOut(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
): readonly FlatEntry[] {
  let offset = 0;
  return tensors.map(({ name, shape }) => {
    const size = sizeOf(shape);
    const entry = { name, shape, offset, size };
    offset += size;
    return entry;
  });
}

/** The length of the vector that holds all entries. */
export function flatLength(layout: readonly FlatEntry[]): number {
  const last = layout.at(-1);
  return last === undefined ? 0 : last.offset + last.size;
}

/** Takes a flat vector apart. */
export function unflatten(graph: GraphWriter, vector: Value, layout: readonly FlatEntry[]): readonly Value[] {
  return graph
    .split(
      vector,
      layout.map((entry) => entry.size),
      0,
    )
    .map((part, place) => graph.reshape(part, layout[place]!.shape));
}

/** Puts tensors together into a flat vector. */
export function flatten(graph: GraphWriter, values: readonly Value[]): Value {
  return graph.concat(
    values.map((value) => graph.reshape(value, [sizeOf(value.shape)])),
    0,
  );
}
