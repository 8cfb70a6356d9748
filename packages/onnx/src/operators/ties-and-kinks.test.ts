import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { differentiateOutputs } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import type { Attributes } from '../graph/attributes.js';
import { sizeOf } from '../graph/tensor.js';
import type { Numbers } from '../graph/operator.js';

describe('at ties and kinks', () => {
  const gradientOf = (
    operator: string,
    data: number[],
    attributes: Attributes = {},
    shape = [data.length],
  ): number[] => {
    const graph = new GraphBuilder();
    const variable = graph.input('x', 'float64', shape);
    const output = graph.only(operator, [variable], attributes);
    const cotangent = graph.constant(new Float64Array(sizeOf(output.shape)).fill(1), output.shape, 'float64');
    const [gradient] = differentiateOutputs(graph, [{ output, cotangent }], [variable]);
    return [
      ...interpret([gradient!], new Map([[variable, { shape, data: Float64Array.from(data) }]]))[0]!.data,
    ].map((entry) => entry + 0);
  };

  /** The gradients of the sum to several operands, each a vector. */
  const gradientsOf = (operator: string, operands: number[][], attributes: Attributes = {}): number[][] => {
    const graph = new GraphBuilder();
    const variables = operands.map((data, place) =>
      graph.input(`x${place}`, 'float64', operator === 'Clip' && place > 0 ? [] : [data.length]),
    );
    const output = graph.only(operator, variables, attributes);
    const cotangent = graph.constant(new Float64Array(sizeOf(output.shape)).fill(1), output.shape, 'float64');
    const feeds = new Map(
      variables.map((value, place) => [
        value,
        { shape: value.shape, data: Float64Array.from(operands[place]!) },
      ]),
    );
    return interpret(differentiateOutputs(graph, [{ output, cotangent }], variables), feeds).map(({ data }) =>
      [...data].map((entry) => entry + 0),
    );
  };

  test('Relu and Abs have derivative 0 at 0', () => {
    expect(gradientOf('Relu', [-1, 0, 2])).toEqual([0, 0, 1]);
    expect(gradientOf('Abs', [-1, 0, 2])).toEqual([-1, 0, 1]);
  });

  test('MaxPool gives a tie to the first entry of the window, ReduceMax splits it evenly', () => {
    expect(gradientOf('MaxPool', [3, 3, 1, 3], { kernel_shape: [2, 2] }, [1, 1, 2, 2])).toEqual([1, 0, 0, 0]);
    expect(gradientOf('ReduceMax', [3, 3, 1])).toEqual([0.5, 0.5, 0]);
  });

  test('a product with zeros among its factors has the gradient of the others', () => {
    expect(gradientOf('ReduceProd', [2, 0, 3])).toEqual([0, 6, 0]);
    expect(gradientOf('ReduceProd', [0, 0, 3])).toEqual([0, 0, 0]);
  });

  test('a norm of 0 has gradient 0', () => {
    expect(gradientOf('ReduceL2', [0, 0])).toEqual([0, 0]);
    expect(
      gradientOf('LpPool', [0, 0, 0, 5], { kernel_shape: [1, 2], strides: [1, 2] }, [1, 1, 1, 4]),
    ).toEqual([0, 0, 0, 1]);
  });

  test('the determinant of a singular matrix has its cofactors as gradient', () => {
    expect(gradientOf('Det', [1, 2, 2, 4], {}, [2, 2])).toEqual([4, -2, -2, 1]);
  });

  test('thresholds belong to the flat side', () => {
    expect(gradientOf('ThresholdedRelu', [1, 1.5])).toEqual([0, 1]);
    expect(gradientOf('Shrink', [-0.5, 0.5, 0.6])).toEqual([0, 0, 1]);
  });

  test('scattered extrema split a tie evenly, scattered products keep the others beside a zero', () => {
    const scatter = (reduction: string, data: number[], updates: number[]): number[][] => {
      const graph = new GraphBuilder();
      const [x, u] = [graph.input('x', 'float64', [2]), graph.input('u', 'float64', [2])];
      const output = graph.only('ScatterElements', [x, graph.integers([0, 0]), u], { reduction });
      const cotangent = graph.constant([1, 1], [2], 'float64');
      const numbers = (entries: number[]): Numbers => ({ shape: [2], data: Float64Array.from(entries) });
      return interpret(
        differentiateOutputs(graph, [{ output, cotangent }], [x, u]),
        new Map([
          [x, numbers(data)],
          [u, numbers(updates)],
        ]),
      ).map((gradient) => [...gradient.data]);
    };
    expect(scatter('max', [3, 7], [3, 1])).toEqual([
      [0.5, 1],
      [0.5, 0],
    ]);
    expect(scatter('mul', [2, 7], [0, 5])).toEqual([
      [0, 1],
      [10, 0],
    ]);
  });

  test('LeakyRelu has the slope from below at 0', () => {
    expect(gradientOf('LeakyRelu', [-1, 0, 2], { alpha: 0.5 })).toEqual([0.5, 0.5, 1]);
  });

  test('Elu, Selu and Celu have the slope from below at 0', () => {
    expect(gradientOf('Elu', [0], { alpha: 0.5 })).toEqual([0.5]);
    expect(gradientOf('Selu', [0])[0]).toBeCloseTo(1.6732632423543772 * 1.0507009873554805, 12);
    expect(gradientOf('Celu', [0], { alpha: 0.5 })).toEqual([1]);
  });

  test('PRelu has its slope at 0', () => {
    expect(
      gradientsOf('PRelu', [
        [0, -1],
        [0.25, 0.25],
      ]),
    ).toEqual([
      [0.25, 0.25],
      [0, -1],
    ]);
  });

  test('HardSigmoid is flat at both bends, and HardSwish follows', () => {
    expect(gradientOf('HardSigmoid', [-1, 1], { alpha: 0.5, beta: 0.5 })).toEqual([0, 0]);
    expect(gradientOf('HardSwish', [-3, 3])).toEqual([0, 1]);
  });

  test('what is piecewise constant passes nothing', () => {
    for (const operator of ['Sign', 'Floor', 'Ceil', 'Round', 'Hardmax']) {
      expect(gradientOf(operator, [-0.5, 0, 2])).toEqual([0, 0, 0]);
    }
  });

  test('Clip passes the gradient at its bounds, which get that of what lies beyond', () => {
    expect(gradientsOf('Clip', [[-2, -1, 0, 1, 2, 3], [-1], [1]])).toEqual([[0, 1, 1, 1, 0, 0], [1], [2]]);
    // Of crossed bounds the upper one decides.
    expect(gradientsOf('Clip', [[0, 1.5, 3], [2], [1]])).toEqual([[0, 0, 0], [0], [3]]);
  });

  test.each(['Max', 'Min'])('%s splits a tie in halves, pair by pair from the left', (operator) => {
    expect(gradientsOf(operator, [[2], [2]])).toEqual([[0.5], [0.5]]);
    expect(gradientsOf(operator, [[2], [2], [2]])).toEqual([[0.25], [0.25], [0.5]]);
  });

  test('reductions to an extremum split a tie evenly', () => {
    expect(gradientOf('ReduceMin', [1, 3, 1, 1])).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
    expect(gradientOf('GlobalMaxPool', [3, 3, 1, 3], {}, [1, 1, 2, 2])).toEqual([1 / 3, 1 / 3, 0, 1 / 3]);
  });

  test('each window of MaxPool chooses its own first entry, and never the padding', () => {
    expect(gradientOf('MaxPool', [-1, -1, -1], { kernel_shape: [2], pads: [1, 1] }, [1, 1, 3])).toEqual([
      2, 1, 1,
    ]);
  });

  test('MaxRoiPool chooses the first entry of each bin, RoiAlign splits between equal weighted pixels', () => {
    const gradient = (operator: string, regions: number[], attributes: Attributes, x: number[]): number[] => {
      const graph = new GraphBuilder();
      const image = graph.input('x', 'float32', [1, 1, 3, 3]);
      const boxes = graph.constant(regions, [1, regions.length]);
      const images = operator === 'RoiAlign' ? [graph.integers([0])] : [];
      const output = graph.only(operator, [image, boxes, ...images], attributes);
      const cotangent = graph.constant(new Float64Array(sizeOf(output.shape)).fill(1), output.shape);
      const [result] = differentiateOutputs(graph, [{ output, cotangent }], [image]);
      const feeds = new Map([[image, { shape: image.shape, data: Float64Array.from(x) }]]);
      return [...interpret([result!], feeds)[0]!.data];
    };
    // Bins of 2×2 that overlap. In the last one a later column holds the maximum of the earlier row.
    const pooled = { pooled_shape: [2, 2] };
    expect(gradient('MaxRoiPool', [0, 0, 0, 2, 2], pooled, [5, 5, 5, 5, 1, 7, 1, 7, 1])).toEqual([
      1, 0, 0, 0, 0, 2, 0, 1, 0,
    ]);
    // One sample between the four pixels of the upper left corner, three of which are equal.
    const aligned = { mode: 'max', sampling_ratio: 1 };
    expect(gradient('RoiAlign', [0, 0, 2, 2], aligned, [4, 4, 9, 1, 4, 9, 9, 9, 9])).toEqual([
      1 / 12,
      1 / 12,
      0,
      0,
      1 / 12,
      0,
      0,
      0,
      0,
    ]);
  });

  test('TopK takes the first of equal entries', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float64', [4]);
    const output = graph.only('TopK', [x, graph.integers([2])]);
    const cotangent = graph.constant([10, 1], [2], 'float64');
    const [gradient] = differentiateOutputs(graph, [{ output, cotangent }], [x]);
    const data = Float64Array.of(5, 7, 5, 5);
    expect([...interpret([gradient!], new Map([[x, { shape: [4], data }]]))[0]!.data]).toEqual([1, 10, 0, 0]);
  });

  test('norms of nothing, however they are taken', () => {
    expect(gradientOf('ReduceL1', [0, -2])).toEqual([0, -1]);
    // Divided by 1 instead of 0.
    expect(gradientOf('LpNormalization', [0, 0])).toEqual([1, 1]);
    expect(gradientOf('GlobalLpPool', [0, 0], {}, [1, 1, 2])).toEqual([0, 0]);
  });

  test('a cumulative product with a zero has the gradient of the other factors', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float64', [3]);
    const output = graph.only('CumProd', [x, graph.constant(0, [], 'int64')]);
    const cotangent = graph.constant([0, 0, 1], [3], 'float64');
    const [gradient] = differentiateOutputs(graph, [{ output, cotangent }], [x]);
    const data = Float64Array.of(2, 0, 3);
    expect([...interpret([gradient!], new Map([[x, { shape: [3], data }]]))[0]!.data]).toEqual([0, 6, 0]);
  });

  test('0 to a power has the gradient b·0^(b − 1), and none to the power', () => {
    expect(
      gradientsOf('Pow', [
        [0, 0, 0],
        [1, 2, 3],
      ]),
    ).toEqual([
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('the rest of a division passes the gradient where it jumps', () => {
    expect(gradientsOf('Mod', [[6], [3]], { fmod: 1 })).toEqual([[1], [-2]]);
    expect(gradientsOf('Mod', [[-6], [3]])).toEqual([[1], [2]]);
  });

  test('GridSample looks towards larger places at the middle of a pixel', () => {
    const graph = new GraphBuilder();
    const image = graph.constant([1, 2, 4], [1, 1, 1, 3], 'float64');
    const grid = graph.input('grid', 'float64', [1, 1, 1, 2]);
    const output = graph.only('GridSample', [image, grid], { align_corners: 1, padding_mode: 'border' });
    const cotangent = graph.constant([1], output.shape, 'float64');
    const [gradient] = differentiateOutputs(graph, [{ output, cotangent }], [grid]);
    const data = Float64Array.of(0, 0);
    expect(interpret([gradient!], new Map([[grid, { shape: grid.shape, data }]]))[0]!.data[0]).toBe(2);
  });

  test('Attention gives a query that may see no key the gradient 0', () => {
    const graph = new GraphBuilder();
    const [q, k, v] = ['q', 'k', 'v'].map((name) => graph.input(name, 'float64', [1, 1, 1, 1]));
    const mask = graph.constant([-Infinity], [1, 1], 'float64');
    const output = graph.only('Attention', [q, k, v, mask]);
    const cotangent = graph.constant([1], output.shape, 'float64');
    const variables = [q!, k!, v!];
    const feeds = new Map(
      variables.map((value) => [value, { shape: value.shape, data: Float64Array.of(2) }]),
    );
    const gradients = differentiateOutputs(graph, [{ output, cotangent }], variables);
    expect(interpret(gradients, feeds).map(({ data }) => data[0]! + 0)).toEqual([0, 0, 0]);
  });

  test('Where passes 0 to the side that is not chosen, even where it is infinite', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float64', [2]);
    const positive = graph.greater(x, 0);
    // The usual way to keep a derivative finite: choose before the function as well as after it.
    const root = graph.sqrt(graph.where(positive, x, 1));
    const output = graph.where(positive, root, 0);
    const cotangent = graph.constant([1, 1], [2], 'float64');
    const [gradient] = differentiateOutputs(graph, [{ output, cotangent }], [x]);
    const data = Float64Array.of(0, 4);
    expect([...interpret([gradient!], new Map([[x, { shape: [2], data }]]))[0]!.data]).toEqual([0, 0.25]);
  });
});
