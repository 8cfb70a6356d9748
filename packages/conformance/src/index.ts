export type { Adapter, BackendLoss, Evaluation } from './adapter.js';
export { ConformanceError } from './conformance-error.js';
export {
  completeOptions,
  type CompleteOptions,
  type ConformanceOptions,
  type Skip,
} from './conformance-options.js';
export type { ConformanceContext, ConformanceTest } from './conformance-test.js';
export { conformanceTests, testConformance, type TestRunner } from './test-conformance.js';
