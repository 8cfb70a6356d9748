import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from './differentiate.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';
import type { Numbers, Operator } from '../graph/operator.js';

const vector = (...data: number[]): Numbers => ({ shape: [data.length], data: Float64Array.from(data) });
const vectorOf = (length: number): Numbers => vector(...Array.from({ length }, (_, place) => place));
const entries = (value: Value, feeds: [Value, Numbers][]): number[] => [
  ...interpret([value], new Map(feeds))[0]!.data,
];

describe('differentiate', () => {
  test('accumulates the gradients of every use of a value', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const y = graph.add(graph.multiply(x, x), graph.multiply(x, 3));
    const [dx] = differentiate(graph, graph.sum(y, [0], false), [x]);
    expect(entries(dx!, [[x, vector(2, -1)]])).toEqual([7, 1]);
  });

  test('sums over the axes along which an operand was repeated', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 3]);
    const row = graph.input('row', 'float32', [3]);
    const [drow] = differentiate(graph, graph.sum(graph.multiply(x, row), [0, 1], false), [row]);
    const feeds: [Value, Numbers][] = [
      [x, { shape: [2, 3], data: Float64Array.from([1, 2, 3, 10, 20, 30]) }],
      [row, vector(1, 1, 1)],
    ];
    expect(drow!.shape).toEqual([3]);
    expect(entries(drow!, feeds)).toEqual([11, 22, 33]);
  });

  test('a value that does not matter has gradient 0', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const unused = graph.input('unused', 'float32', [3]);
    const [, zero] = differentiate(graph, graph.sum(x, [0], false), [x, unused]);
    expect(entries(zero!, [])).toEqual([0, 0, 0]);
  });

  test('what is computed from a value by rewriting does not hide it, used once or twice', () => {
    const graph = new GraphBuilder();
    const vector = graph.input('vector', 'float32', [6]);
    const matrix = graph.reshape(vector, [2, 3]);
    const turned = graph.transpose(matrix, [1, 0]);
    const once = graph.reshape(matrix, [3, 2]);
    const back = graph.transpose(turned, [1, 0]);
    const sum = graph.sum(graph.multiply(graph.add(turned, once), 2), [0, 1], false);
    const loss = graph.add(sum, graph.sum(graph.add(back, matrix), [0, 1], false));
    const [dmatrix, dturned] = differentiate(graph, loss, [matrix, turned]);
    const feeds: [Value, Numbers][] = [[vector, vectorOf(6)]];
    expect(entries(dmatrix!, feeds)).toEqual([6, 6, 6, 6, 6, 6]);
    expect(entries(dturned!, feeds)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  test('a constant is refused: what depends on it may have been computed already', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const two = graph.constant([2, 2]);
    const loss = graph.sum(graph.multiply(x, graph.multiply(two, two)), [0], false);
    expect(() => differentiate(graph, loss, [x, two])).toThrow('inputs[1] is a constant');
  });

  test('nothing flows through stopGradient', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const weighted = graph.multiply(x, graph.stopGradient(graph.multiply(x, x)));
    const [dx] = differentiate(graph, graph.sum(weighted, [0], false), [x]);
    expect(entries(dx!, [[x, vector(2, 3)]])).toEqual([4, 9]);
  });

  test('an operator without gradient is named, with the path that leads to it', () => {
    const graph = new GraphBuilder();
    const x = graph.input('weights', 'float32', [3]);
    const [hidden] = graph.apply('Exp', [x], {}, { name: 'grow' });
    const norm: Operator = {
      name: 'NoGradient',
      inputs: [1, 1],
      infer: () => [{ dataType: 'float32', shape: [] }],
    };
    const [y] = graph.apply(norm, [hidden!], {}, { name: 'measure' });
    expect(() => differentiate(graph, y!, [x])).toThrow(
      "NoGradient 'measure': this operator has no gradient, but 'weights' → grow depends on it",
    );
  });

  test('an output that is no scalar needs a cotangent', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    const y = graph.exp(x);
    expect(() => differentiate(graph, y, [x])).toThrow('output has shape [2]');
    const [dx] = differentiate(graph, y, [x], graph.constant([0, 2]));
    expect(entries(dx!, [[x, vector(0, 0)]])).toEqual([0, 2]);
  });
});
