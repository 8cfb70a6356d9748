import { eluErrors, eluGradient, marginErrors, sigmoidErrors, sigmoidGradient } from './binary-passes.js';
import { finiteness } from './check-pass.js';
import {
  binaryCrossEntropy,
  crossEntropyOfLogits,
  crossEntropyOfProbabilities,
} from './cross-entropy-passes.js';
import { hinge } from './hinge-pass.js';
import { binCounts, binWeights, weightLookups } from './histogram-passes.js';
import type { Pass } from './pass.js';
import { softJaccardWeights } from './soft-jaccard-pass.js';
import { softmaxErrors, softmaxGradient } from './softmax-passes.js';
import { exactWeights, lowestErrors } from './sorting-passes.js';

/** Every pass, by the name that threads are told. */
const passes = {
  finiteness,
  softmaxErrors,
  softmaxGradient,
  crossEntropyOfLogits,
  crossEntropyOfProbabilities,
  binaryCrossEntropy,
  hinge,
  marginErrors,
  eluErrors,
  eluGradient,
  sigmoidErrors,
  sigmoidGradient,
  softJaccardWeights,
  lowestErrors,
  exactWeights,
  binCounts,
  binWeights,
  weightLookups,
} as const;

/** The name of a pass. */
export type PassName = keyof typeof passes;

/** What a pass works on. */
export type PassData<Name extends PassName> = (typeof passes)[Name] extends Pass<infer Data> ? Data : never;

/** The pass of that name. */
export function passNamed<Name extends PassName>(name: Name): Pass<PassData<Name>> {
  return passes[name] as unknown as Pass<PassData<Name>>;
}

/** Runs the tasks of a pass, on as many threads as there are, and returns their results in the order of the tasks. */
export type RunPass = <Name extends PassName>(name: Name, data: PassData<Name>) => Float64Array;

/** Runs a pass on the thread of the caller. */
export const runHere: RunPass = (name, data) => {
  const { count, run } = passNamed(name);
  return Float64Array.from({ length: count(data) }, (_, task) => run(data, task));
};
