import { OnnxError } from '../graph/onnx-error.js';
import { arrangingOperators } from './arranging.js';
import { attentionOperators } from './attention.js';
import { deformableConvolutionOperators } from './deformable-convolution.js';
import { fourierOperators } from './fourier.js';
import { linearAttentionOperators } from './linear-attention.js';
import { quantizationOperators } from './quantization.js';
import { binaryOperators } from './binary.js';
import { clipOperators } from './clip.js';
import { col2imOperators } from './col2im.js';
import { constantOperators } from './constants.js';
import { convolutionOperators } from './convolution.js';
import { determinantOperators } from './determinant.js';
import { einsumOperators } from './einsum.js';
import { gridSampleOperators } from './grid-sample.js';
import { tupleIndexingOperators } from './indexing-by-tuples.js';
import { indexingOperators } from './indexing.js';
import { lossOperators } from './losses.js';
import { maxRoiPoolOperators } from './max-roi-pool.js';
import { normalizationOperators } from './normalization.js';
import { noGradient, type Operator } from '../graph/operator.js';
import { poolingOperators } from './pooling.js';
import { productOperators } from './products.js';
import { randomOperators } from './random.js';
import { recurrentOperators } from './recurrent.js';
import { reductionOperators } from './reductions.js';
import { resizingOperators } from './resizing.js';
import { roiAlignOperators } from './roi-align.js';
import { selectingOperators } from './selecting.js';
import { softmaxOperators } from './softmax.js';
import { sortingOperators } from './sorting.js';
import { unaryOperators } from './unary.js';

const operators = new Map<string, Operator>(
  [
    arrangingOperators,
    attentionOperators,
    deformableConvolutionOperators,
    fourierOperators,
    linearAttentionOperators,
    quantizationOperators,
    binaryOperators,
    clipOperators,
    col2imOperators,
    constantOperators,
    convolutionOperators,
    determinantOperators,
    einsumOperators,
    gridSampleOperators,
    indexingOperators,
    lossOperators,
    maxRoiPoolOperators,
    normalizationOperators,
    poolingOperators,
    productOperators,
    randomOperators,
    recurrentOperators,
    reductionOperators,
    resizingOperators,
    roiAlignOperators,
    selectingOperators,
    softmaxOperators,
    sortingOperators,
    tupleIndexingOperators,
    unaryOperators,
  ]
    .flat()
    .map((operator) => [operator.name, operator]),
);

/** The names of all operators that can be read, in alphabetical order. */
export const operatorNames: readonly string[] = [...operators.keys()].sort();

/** What the table of operators says of each. */
export interface OperatorSummary {
  readonly name: string;
  /** By a rule of its own, by being rewritten in other operators, or none: it is piecewise constant or takes no reals. */
  readonly gradient: 'rule' | 'rewriting' | 'none';
  readonly attributes: readonly string[];
}

/** All operators of the standard that can be read, in alphabetical order. */
export function summarizeOperators(): readonly OperatorSummary[] {
  return operatorNames
    .map((name) => operatorNamed(name))
    .filter((operator) => operator.writtenAs === undefined)
    .map(({ name, gradient, rewrite, attributes }) => ({
      name,
      gradient:
        gradient === noGradient || (gradient === undefined && rewrite === undefined)
          ? 'none'
          : gradient === undefined
            ? 'rewriting'
            : 'rule',
      attributes: Object.keys(attributes ?? {}),
    }));
}

/** The operator of that name in the domain `ai.onnx`, if it can be read. */
export function findOperator(name: string): Operator | undefined {
  return operators.get(name);
}

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
