export { compileModel } from './compilation/compile-model.js';
export type { CompileOptions, CompileSettings } from './compilation/compile-settings.js';
export { parseInputShape, type InputShapes } from './compilation/input-shape.js';
export type { Manifest, Port, StateVector } from './compilation/manifest.js';
export { createReporter } from './progress/create-reporter.js';
export type { Reporter } from './progress/reporter.js';
