import { describe, test } from '@jest/globals';
import { kernelJaccardWeights, referenceTensor } from '@lovasz/core';
import { testConformance } from '../test-conformance.js';
import { referenceAdapter } from './reference-adapter.js';

/** The reference with its weights by the kernels, on float32 errors. */
const adapter = (method: 'exact' | 'histogram') => ({
  ...referenceAdapter((backend) => ({
    ...backend,
    jaccardWeights: (errors, foreground, valid) => {
      const mask = backend.multiply(valid, backend.add(errors, backend.constant(1)));
      const pixels = errors.shape.at(-1)!;
      const weights: number[] = [];
      for (let start = 0; start < errors.data.length; start += pixels) {
        const [row, labels, counted] = [errors, foreground, mask].map(({ data }) => {
          return Float32Array.from(data.subarray(start, start + pixels));
        });
        weights.push(...kernelJaccardWeights(row!, labels!, { valid: counted!, method }));
      }
      return referenceTensor(weights, errors.shape);
    },
  })),
  name: `the kernels, ${method}`,
});

testConformance({ describe, test }, adapter('exact'), { ties: 'shared' });
// The bins near an error of 1 are wide, which shows where foreground is rare: 8e-6 in the loss, 2.3e-4 in direction.
testConformance({ describe, test }, adapter('histogram'), {
  method: 'histogram',
  tolerance: { value: 1e-5, direction: 1e-3 },
});
