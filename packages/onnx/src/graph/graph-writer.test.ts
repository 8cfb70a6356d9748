import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';

describe('GraphBuilder', () => {
  test('computes operators on constants at once', () => {
    const graph = new GraphBuilder();
    const sum = graph.add(graph.constant([1, 2]), graph.constant([3, 4]));
    expect(sum.constant?.data).toEqual(Float32Array.of(4, 6));
    expect(graph.nodes).toEqual([]);
  });

  test('folds arithmetic on shapes, so that a computed Reshape has a known shape', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 3, 4]);
    const shape = graph.only('Shape', [x]);
    const halves = graph.divide(graph.only('Gather', [shape, graph.integers([2])]), 2);
    const target = graph.concat([halves, graph.integers([-1])], 0);
    expect(graph.only('Reshape', [x, target]).shape).toEqual([2, 12]);
  });

  test('shares equal applications, and keeps different ones apart', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2]);
    expect(graph.relu(x)).toBe(graph.relu(x));
    expect(graph.multiply(x, 3)).toBe(graph.multiply(x, 3));
    const leaky = (alpha: number) => graph.only('LeakyRelu', [x], { alpha });
    expect(leaky(0.1)).not.toBe(leaky(0.2));
    expect(graph.subtract(x, 1)).not.toBe(graph.subtract(1, x));
  });

  test('keeps equal applications apart on request', () => {
    const graph = new GraphBuilder({ share: false });
    const x = graph.input('x', 'float32', [2]);
    expect(graph.relu(x)).not.toBe(graph.relu(x));
  });

  test('tells signed zeros apart: 1 / −0 is not 1 / 0', () => {
    const graph = new GraphBuilder();
    const inverse = (entry: number) => Number(graph.reciprocal(graph.constant(entry)).constant?.data[0]);
    expect([inverse(0), inverse(-0)]).toEqual([Infinity, -Infinity]);
  });

  test('leaves out what does nothing', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 3]);
    expect(graph.add(x, 0)).toBe(x);
    expect(graph.divide(x, 1)).toBe(x);
    expect(graph.reshape(x, [2, 3])).toBe(x);
    expect(graph.pad(x, [0, 0], [0, 0])).toBe(x);
    // A sum that broadcasts is no identity.
    expect(graph.add(x, graph.constant([0], [1, 1, 1])).shape).toEqual([1, 2, 3]);
  });

  test('dropout stays in the graph, each for itself, even on a constant', () => {
    const graph = new GraphBuilder();
    const ones = graph.constant([1, 1, 1]);
    const [first, second] = [graph.only('Dropout', [ones]), graph.only('Dropout', [ones])];
    expect(first).not.toBe(second);
    expect(first.constant).toBeUndefined();
    expect(graph.nodes.map(({ operator }) => operator.name)).toEqual(['Dropout', 'Dropout']);
  });

  test('errors name the operator, the node and the shapes', () => {
    const graph = new GraphBuilder();
    const [a, b] = [graph.input('a', 'float32', [2, 3]), graph.input('b', 'float32', [2, 4])];
    expect(() => graph.apply('Add', [a, b], {}, { name: 'sum_7' })).toThrow(
      "Add 'sum_7': shapes [2, 3] and [2, 4] do not broadcast",
    );
    expect(() => graph.apply('MatMul', [a, b], {}, { name: 'product' })).toThrow(
      "MatMul 'product': shapes [2, 3] and [2, 4] do not multiply",
    );
    expect(() => graph.add(a, graph.cast(b, 'int64'))).toThrow('float32 and int64, expected one type');
    expect(() => graph.apply('Reshape', [a, graph.only('Shape', [b])])).toThrow(
      '[2, 3] cannot become [2, 4]',
    );
    expect(() => graph.only('Warp', [a])).toThrow(/^Warp: this operator is not supported/);
    expect(() => graph.input('a', 'float32', [1])).toThrow("input 'a' is declared twice");
  });

  test('a shape that data decides is refused, with the name of its source', () => {
    const graph = new GraphBuilder();
    const [x, shape] = [graph.input('x', 'float32', [6]), graph.input('wanted', 'int64', [2])];
    expect(() => graph.only('Reshape', [x, shape])).toThrow(
      "Reshape: input 1 ('wanted') must be known when the graph is built",
    );
  });
});
