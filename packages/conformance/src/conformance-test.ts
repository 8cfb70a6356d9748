import type { Adapter } from './adapter.js';
import type { CompleteOptions } from './conformance-options.js';

/** What a test is given. */
export interface ConformanceContext {
  readonly adapter: Adapter;
  readonly options: CompleteOptions;
}

/** One test of the suite; it needs no runner. */
export interface ConformanceTest {
  readonly name: string;
  /** Throws, or rejects, when the adapter fails. */
  run(context: ConformanceContext): Promise<void>;
}
