import { describe, test } from '@jest/globals';
import { type Adapter, capabilitiesOf, conformanceTests, testConformance } from '@lovasz/conformance';
import { GraphBuilder } from '../builder/graph-builder.js';
import { differentiate } from '../differentiate.js';
import { interpret } from '../interpret.js';
import { createOnnxBackend } from './onnx-backend.js';

/** Losses as graphs, differentiated, and interpreted in float64. */
const adapter = (method: 'exact' | 'histogram'): Adapter => ({
  name: `the ONNX backend, ${method}`,
  evaluate: (loss, input, labels) => {
    const graph = new GraphBuilder();
    const x = graph.input('input', 'float32', [...input.shape]);
    const y = graph.input('labels', 'float32', [...labels.shape]);
    const value = graph.reshape(loss(createOnnxBackend(graph, { method }), x, y), []);
    const [gradient] = differentiate(graph, value, [x]);
    const feeds = [
      [x, { shape: [...input.shape], data: Float64Array.from(input.data) }],
      [y, { shape: [...labels.shape], data: Float64Array.from(labels.data) }],
    ] as const;
    const [found, slopes] = interpret([value, gradient!], new Map(feeds));
    return { value: found!.data[0]!, gradient: slopes!.data };
  },
});

// Constants of the graph, such as 1/3, are float32.
const tolerance = { value: 1e-7, gradient: 1e-7 };
testConformance({ describe, test }, adapter('exact'), { tolerance });

describe('conformance of the ONNX backend, histogram', () => {
  // The interpreter takes half a second for the 65,536 bins of each problem, and minutes for all tests of the suite.
  const affordable = [
    'weights are exact where foreground is rare',
    'lovasz-hinge follows the pixels into another order',
    'lovasz-softmax of one class is 0',
    'lovasz-softmax without a valid pixel is 0',
    'lovasz-hinge has the expected values of all foreground',
    'lovasz-sigmoid has the expected values of no foreground',
    'lovasz-softmax has the expected values of points',
  ];
  const capabilities = capabilitiesOf({ method: 'histogram' });
  test.each(affordable)('%s', async (wanted) => {
    await conformanceTests
      .find(({ name }) => name === wanted)!
      .run({ adapter: adapter('histogram'), capabilities });
  });
});
