/* The parts that training graphs are made of, for tools that measure and compare them one by one. */

export { differentiateOutputs } from './differentiation/differentiate.js';
export { numbersOf, sizeOf, tensorOf } from './graph/tensor.js';
export { numbersOfInitializer } from './model/decode-model.js';
export { inferenceForm } from './model/inference-form.js';
export { writeInitializers } from './training/write-initializers.js';
export { writeGraph, type WrittenGraph } from './training/write-graph.js';
export { flatLength } from './training/flat-vector.js';
export { buildGradientGraph } from './training/gradient-graph.js';
