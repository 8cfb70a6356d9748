/* What of ONNX is supported: operators, their sets and attributes, data types, and the kernels of runtimes. */

export { dataTypeNumbers, describeDataTypeNumber } from './graph/data-type.js';
export { readOpsets } from './model/decode-model.js';
export { contributedOperatorNames } from './model/contributed-operators.js';
export { writtenOpset } from './model/encode-model.js';
export { operatorNames, summarizeOperators, type OperatorSummary } from './operators/registry.js';
export { kernelTypes } from './providers/kernel-types.js';
export type { ProviderName } from './providers/kernel-tables.js';
export { missingKernels } from './passes/missing-kernels.js';
