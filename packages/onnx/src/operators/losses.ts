import type { GraphWriter } from '../graph/graph-writer.js';
import { isFloatingPoint } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import type { Value, ValueType } from '../graph/value.js';
import { sameShape } from '../graph/tensor.js';
import type { Operator } from '../graph/operator.js';

const attributes = { ignore_index: ['int'], reduction: ['string', 'mean'] } as const;

function lossType(node: Node): ValueType {
  const [scores, target] = [node.input(0), node.input(1)];
  const expected = [scores.shape[0]!, ...scores.shape.slice(2)];
  if (scores.rank < 2 || !sameShape(target.shape, expected) || isFloatingPoint(target.dataType)) {
    throw node.error(
      `target is ${target.dataType}[${target.shape.join(', ')}] for scores [${scores.shape.join(', ')}], expected integers [${expected.join(', ')}]`,
    );
  }
  const reduction = node.text('reduction');
  if (!['none', 'mean', 'sum'].includes(reduction)) {
    throw node.error(`reduction is '${reduction}', expected none, mean or sum`);
  }
  return { dataType: scores.dataType, shape: reduction === 'none' ? expected : [] };
}

/** −log p of the target class, weighted by class; the mean is over the weights, ignored targets have none. */
function negativeLogLikelihood(graph: GraphWriter, node: Node, logProbabilities: Value): Value {
  const target = node.input(1);
  const ignored = node.attributes['ignore_index'] as number | undefined;
  const valid = ignored === undefined ? undefined : graph.not(graph.equal(target, ignored));
  const known = valid === undefined ? target : graph.where(valid, target, 0);
  const { shape, dataType } = logProbabilities;
  const picked = graph.reshape(
    graph.only(
      'GatherElements',
      [logProbabilities, graph.reshape(known, [shape[0]!, 1, ...shape.slice(2)])],
      { axis: 1 },
    ),
    target.shape,
  );
  const factors = [
    ...(node.hasInput(2) ? [graph.only('Gather', [node.input(2), known], { axis: 0 })] : []),
    ...(valid === undefined ? [] : [graph.cast(valid, dataType)]),
  ];
  const loss = factors.reduce((product, factor) => graph.multiply(product, factor), graph.negate(picked));
  const axes = target.shape.map((_, axis) => axis);
  if (node.text('reduction') === 'none') return loss;
  if (node.text('reduction') === 'sum') return graph.sum(loss, axes, false);
  if (factors.length === 0) return graph.mean(loss, axes, false);
  const weights = factors.reduce((product, factor) => graph.multiply(product, factor));
  return graph.divide(graph.sum(loss, axes, false), graph.sum(weights, axes, false));
}

export const lossOperators: readonly Operator[] = [
  {
    name: 'NegativeLogLikelihoodLoss',
    inputs: [2, 3],
    attributes,
    infer: (node) => [lossType(node)],
    rewrite: (graph, node) => [negativeLogLikelihood(graph, node, node.input(0))],
  },
  {
    name: 'SoftmaxCrossEntropyLoss',
    inputs: [2, 3],
    attributes,
    infer: (node) => [lossType(node), node.input(0).type],
    rewrite: (graph, node) => {
      const logProbabilities = graph.only('LogSoftmax', [node.input(0)], { axis: 1 });
      return [negativeLogLikelihood(graph, node, logProbabilities), logProbabilities];
    },
  },
];
