// The passes over pixels in WebAssembly SIMD, written in AssemblyScript: what `src/kernels/engines/javascript-engine.ts` does,
// operation for operation, so that both give the same bits. Built by `npm run assemble` into
// `src/kernels/engines/webassembly-module.ts`. All memory is laid out by `src/kernels/engines/webassembly-engine.ts`.
export { convertLabels } from './convert-labels';
export { allAreFinite } from './check-scores';
export { findLowestError } from './find-lowest-error';
export { countBins } from './count-bins';
export { findFirstCount } from './find-first-count';
export { lookUpWeights } from './look-up-weights';
export { collectPixels } from './collect-pixels';
export { sortPixels } from './sort-pixels';
export { weighSortedPixels } from './weigh-sorted-pixels';
