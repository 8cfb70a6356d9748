import type { Value } from '../../graph/value.js';
import type { Rewriting } from '../profile.js';

/** Batch normalization in training: y = (x − mean)·scale/√(variance + ε) + bias, with the statistics of the batch. */
export const batchNormalizationBySums: Rewriting = {
  operator: 'BatchNormalization',
  reason: 'the kernel does not train',
  rewrite: ({ graph, node, inputs }) => {
    // With another momentum, the operator is written so that the statistics of the batch come out.
    if (node.int('training_mode') === 0 || node.float('momentum') !== 0) return undefined;
    const [x, scale, bias] = inputs as [Value, Value, Value];
    const channels = x.shape[1]!;
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const perChannel = (vector: Value): Value =>
      graph.reshape(vector, [1, channels, ...x.shape.slice(2).map(() => 1)]);
    const mean = graph.mean(x, axes);
    const centred = graph.subtract(x, mean);
    const variance = graph.mean(graph.multiply(centred, centred), axes);
    const deviation = graph.sqrt(graph.add(variance, node.float('epsilon')));
    const y = graph.add(
      graph.multiply(centred, graph.divide(perChannel(scale), deviation)),
      perChannel(bias),
    );
    return [y, graph.reshape(mean, [channels]), graph.reshape(variance, [channels])];
  },
};
