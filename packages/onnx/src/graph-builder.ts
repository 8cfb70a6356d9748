import { GraphWriter, type WriterOptions } from './graph/graph-writer.js';
import { operatorNamed } from './operators/registry.js';

/**
 * A {@link GraphWriter} of all the operators that there are: what writes graphs from outside of this package.
 *
 * @example
 * const graph = new GraphBuilder();
 * const x = graph.input('x', 'float32', [2, 3]);
 * const y = graph.relu(graph.subtract(graph.multiply(x, 2), 1));
 */
export class GraphBuilder extends GraphWriter {
  constructor(options: WriterOptions = {}) {
    super(operatorNamed, options);
  }
}
