import { readFile } from 'node:fs/promises';
import { crossEntropy } from '@lovasz/core';
import { expect, test } from '@jest/globals';
import { interpret } from '../graph/interpret.js';
import { decodeModel, numbersOfInitializer } from '../model/decode-model.js';
import { importModel } from '../model/import-model.js';
import { buildGradientGraph } from './gradient-graph.js';
import { sizeOf } from '../graph/tensor.js';

interface Expected {
  readonly labels: readonly number[];
  readonly value: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const fixture = (name: string) => readFile(new URL(`./fixtures/${name}`, import.meta.url));

test('Linear to and from one feature, as PyTorch exports them, have the gradients of PyTorch', async () => {
  // Flatten, Linear(48, 1), Tanh, Linear(1, 8), Tanh, Linear(8, 4); expected values in float64.
  const model = decodeModel(await fixture('linear_to_one.onnx'));
  const expected = JSON.parse((await fixture('linear_to_one.json')).toString()) as Expected;
  const { bytes, layout } = buildGradientGraph(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
  });
  const initializers = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  const { inputs, outputs } = importModel(decodeModel(bytes));
  const feeds = new Map(
    inputs.map(({ name, shape }, place) => {
      const length = sizeOf(shape);
      const data =
        name === 'labels'
          ? expected.labels
          : name === 'parameters'
            ? layout.parameters.flatMap((entry) => [...numbersOfInitializer(initializers.get(entry.name)!)])
            : Array.from({ length }, (_, i) => Math.fround(((i * 37) % 101) / 50 - 1));
      return [inputs[place]!, { shape, data: Float64Array.from(data) }];
    }),
  );
  const found = interpret(
    outputs.map(({ value }) => value),
    feeds,
  );
  const named = new Map(outputs.map(({ name }, place) => [name, [...found[place]!.data]]));
  expect(named.get('loss')![0]).toBeCloseTo(expected.value, 6);
  expect(Object.keys(expected.gradients)).toHaveLength(6);
  for (const [name, gradient] of Object.entries(expected.gradients)) {
    gradient.forEach((entry, place) =>
      expect(named.get(`gradient/${name}`)![place]! / entry).toBeCloseTo(1, 4),
    );
  }
});
