import { OnnxError } from '../onnx-error.js';
import { arrangingOperators } from './arranging.js';
import { binaryOperators } from './binary.js';
import { clipOperators } from './clip.js';
import { constantOperators } from './constants.js';
import { convolutionOperators } from './convolution.js';
import { indexingOperators } from './indexing.js';
import { normalizationOperators } from './normalization.js';
import type { Operator } from './operator.js';
import { poolingOperators } from './pooling.js';
import { productOperators } from './products.js';
import { randomOperators } from './random.js';
import { reductionOperators } from './reductions.js';
import { resizingOperators } from './resizing.js';
import { softmaxOperators } from './softmax.js';
import { sortingOperators } from './sorting.js';
import { unaryOperators } from './unary.js';

const operators = new Map<string, Operator>(
  [
    arrangingOperators,
    binaryOperators,
    clipOperators,
    constantOperators,
    convolutionOperators,
    indexingOperators,
    normalizationOperators,
    poolingOperators,
    productOperators,
    randomOperators,
    reductionOperators,
    resizingOperators,
    softmaxOperators,
    sortingOperators,
    unaryOperators,
  ]
    .flat()
    .map((operator) => [operator.name, operator]),
);

/** The names of all operators that can be read, in alphabetical order. */
export const operatorNames: readonly string[] = [...operators.keys()].sort();

/** The operator of that name in the domain `ai.onnx`. */
export function operatorNamed(name: string, node?: string): Operator {
  const operator = operators.get(name);
  if (operator === undefined) {
    throw new OnnxError(
      `this operator is not supported; supported are ${operatorNames.filter((each) => each !== 'StopGradient').join(', ')}`,
      { operator: name, node },
    );
  }
  return operator;
}
