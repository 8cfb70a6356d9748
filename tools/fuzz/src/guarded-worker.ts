import { workerData } from 'node:worker_threads';
import { counters } from './guarded-run.js';

/** Inside of the thread of a guarded run: what it was given, and its indices one after another. */
export function guardedWork<T>(): { readonly data: T; readonly indices: Iterable<number> } {
  const { data, shared, to } = workerData as { data: T; shared: Float64Array; to: number };
  return {
    data,
    indices: {
      *[Symbol.iterator]() {
        for (let index = shared[counters.next]!; index < to; index++) {
          shared[counters.next] = index;
          shared[counters.begun] = index;
          yield index;
          shared[counters.next] = index + 1;
        }
      },
    },
  };
}
