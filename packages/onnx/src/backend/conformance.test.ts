import { describe, test } from '@jest/globals';
import { type Adapter, completeOptions, conformanceTests, testConformance } from '@lovasz/conformance';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import { createOnnxBackend } from './onnx-backend.js';

/** Losses as graphs, differentiated, and interpreted in float64. */
const adapter = (method: 'exact' | 'histogram', bins?: number): Adapter => ({
  name: `the ONNX backend, ${method}`,
  evaluate: (loss, input, labels) => {
    const graph = new GraphBuilder();
    const x = graph.input('input', 'float32', [...input.shape]);
    const y = graph.input('labels', 'float32', [...labels.shape]);
    const value = graph.reshape(loss(createOnnxBackend(graph, { method, bins }), x, y), []);
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

// The interpreter takes half a second for 65,536 bins. These few still tell all errors apart that the suite judges pixel
// by pixel; the direction of a gradient of many pixels is off by 6e-4.
testConformance({ describe, test }, adapter('histogram', 1 << 12), {
  method: 'histogram',
  maxPixels: 1000,
  tolerance: { direction: 1e-3 },
  skips: [
    {
      test: 'weights are exact where foreground is rare',
      reason: '4,096 bins tie 1,000 equidistant errors; 65,536 bins are tested by themselves',
    },
  ],
});

test.each(['weights are exact where foreground is rare', 'lovasz-softmax has the expected values of points'])(
  'with 65,536 bins %s, to the tolerance of float32',
  async (wanted) => {
    const options = completeOptions({ method: 'histogram' });
    await conformanceTests
      .find(({ name }) => name === wanted)!
      .run({ adapter: adapter('histogram'), options });
  },
);
