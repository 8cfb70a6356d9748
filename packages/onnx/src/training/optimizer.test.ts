import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';
import type { Numbers } from '../graph/operator.js';
import { adam } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

const start = [0.5, -1, 2];
/** The gradient of ½·Σ (k + 1)·(wₖ − 1)². */
const gradientAt = (weights: readonly number[]): number[] => weights.map((w, k) => (k + 1) * (w - 1));

/** The weights after each of some steps, by the graph that the optimizer writes. */
function trace(optimizer: Optimizer, learningRate: number, steps: number): number[][] {
  const graph = new GraphBuilder();
  const vector = (name: string) => graph.input(name, 'float64', [3]);
  const [parameters, gradient] = [vector('parameters'), vector('gradient')];
  const moments = optimizer.moments.map(vector);
  const scalars = Object.fromEntries(
    optimizer.scalars.map((name) => [name, graph.input(name, 'float64', [])]),
  );
  const next = optimizer.update({ graph, parameters, gradient, moments, scalars });
  let state = [start, ...moments.map(() => [0, 0, 0])];
  return Array.from({ length: steps }, (_, step) => {
    const values = optimizer.scalarsAt(step + 1, learningRate);
    const numbers = (data: readonly number[]) => ({ shape: [3], data: Float64Array.from(data) });
    const results = interpret(
      [next.parameters, ...next.moments],
      new Map<Value, Numbers>([
        [parameters, numbers(state[0]!)],
        [gradient, numbers(gradientAt(state[0]!))],
        ...moments.map((moment, place) => [moment, numbers(state[place + 1]!)] as const),
        ...Object.entries(scalars).map(
          ([name, value]) => [value, { shape: [], data: Float64Array.of(values[name]!) }] as const,
        ),
      ]),
    );
    state = results.map(({ data }) => [...data]);
    return state[0]!;
  });
}

const expectClose = (found: readonly number[][], expected: readonly number[][]): void => {
  found.flat().forEach((entry, place) => expect(entry).toBeCloseTo(expected.flat()[place]!, 12));
};

describe('optimizers follow their formulas', () => {
  test('sgd with momentum and weight decay', () => {
    const [momentum, weightDecay, rate] = [0.9, 0.01, 0.1];
    let weights = start;
    let velocity = [0, 0, 0];
    const expected = Array.from({ length: 4 }, () => {
      const gradient = gradientAt(weights).map((entry, k) => entry + weightDecay * weights[k]!);
      velocity = velocity.map((entry, k) => momentum * entry + gradient[k]!);
      weights = weights.map((entry, k) => entry - rate * velocity[k]!);
      return weights;
    });
    expectClose(trace(sgd({ momentum, weightDecay }), rate, 4), expected);
  });

  test('adam with bias correction', () => {
    const [beta1, beta2, epsilon, weightDecay, rate] = [0.8, 0.95, 1e-3, 0.02, 0.05];
    let weights = start;
    let [first, second] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    const expected = Array.from({ length: 4 }, (_, place) => {
      const step = place + 1;
      const gradient = gradientAt(weights).map((entry, k) => entry + weightDecay * weights[k]!);
      first = first.map((entry, k) => beta1 * entry + (1 - beta1) * gradient[k]!);
      second = second.map((entry, k) => beta2 * entry + (1 - beta2) * gradient[k]! ** 2);
      weights = weights.map((entry, k) => {
        const mean = first[k]! / (1 - beta1 ** step);
        const deviation = Math.sqrt(second[k]! / (1 - beta2 ** step));
        return entry - (rate * mean) / (deviation + epsilon);
      });
      return weights;
    });
    expectClose(trace(adam({ beta1, beta2, epsilon, weightDecay }), rate, 4), expected);
  });

  test('rmsprop with weight decay', () => {
    const [alpha, epsilon, weightDecay, rate] = [0.9, 1e-3, 0.02, 0.05];
    let weights = start;
    let second = [0, 0, 0];
    const expected = Array.from({ length: 4 }, () => {
      const gradient = gradientAt(weights).map((entry, k) => entry + weightDecay * weights[k]!);
      second = second.map((entry, k) => alpha * entry + (1 - alpha) * gradient[k]! ** 2);
      weights = weights.map((entry, k) => entry - (rate * gradient[k]!) / (Math.sqrt(second[k]!) + epsilon));
      return weights;
    });
    expectClose(trace(rmsprop({ alpha, epsilon, weightDecay }), rate, 4), expected);
  });

  test('the first step of adam has the size of the learning rate, whatever the gradient', () => {
    const [weights] = trace(adam(), 0.1, 1) as [number[]];
    weights.forEach((entry, k) => expect(Math.abs(entry - start[k]!)).toBeCloseTo(0.1, 6));
  });

  test.each([sgd(), adam({ beta1: 0.8, beta2: 0.95 }), rmsprop()])(
    'the formulas of the scalars of $name give their values',
    (optimizer) => {
      for (const step of [1, 2, 1000]) {
        const given = optimizer.scalarsAt(step, 0.03);
        expect(Object.keys(optimizer.scalarFormulas)).toEqual(optimizer.scalars);
        for (const [name, formula] of Object.entries(optimizer.scalarFormulas)) {
          const value = new Function('learning_rate', 'step', `return ${formula}`)(0.03, step) as number;
          expect(value).toBeCloseTo(given[name]!, 14);
        }
      }
    },
  );

  test('settings out of range are refused with their value', () => {
    expect(() => sgd({ momentum: 1 })).toThrow(new RangeError('momentum is 1, expected a number in [0, 1)'));
    expect(() => adam({ beta2: -0.1 })).toThrow(RangeError);
    expect(() => rmsprop({ alpha: 1 })).toThrow('alpha is 1, expected a number in [0, 1)');
    expect(() => adam({ weightDecay: NaN })).toThrow('weightDecay is NaN, expected a finite number');
  });
});
