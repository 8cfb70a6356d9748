import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import type { Attributes } from '../graph/attributes.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Numbers } from '../graph/operator.js';

interface Operand {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly integer?: boolean;
}

const tensor = (shape: number[], ...data: number[]): Operand => ({ shape, data });
const integers = (shape: number[], ...data: number[]): Operand => ({ shape, data, integer: true });
/** 1, 2, 3, … */
const counted = (...shape: number[]): Operand => ({
  shape,
  data: Array.from({ length: sizeOf(shape) }, (_, place) => place + 1),
});

/** The first output, with floating-point operands fed at run time and integers known in advance. */
function compute(operator: string, operands: readonly Operand[], attributes: Attributes = {}): Numbers {
  const graph = new GraphBuilder();
  const feeds = new Map<Value, Numbers>();
  const inputs = operands.map(({ shape, data, integer }, position) => {
    if (integer === true) return graph.constant(data, shape, 'int64');
    const value = graph.input(`input_${position}`, 'float32', shape);
    feeds.set(value, { shape, data: Float64Array.from(data) });
    return value;
  });
  return interpret([graph.only(operator, inputs, attributes)], feeds)[0]!;
}

const rounded = ({ data }: Numbers): number[] => [...data].map((entry) => Math.round(entry * 1e4) / 1e4 + 0);

describe('operators compute what the standard says, worked out by hand', () => {
  test.each<[string, string, Operand[], Attributes, number[], number[]]>([
    [
      'a matrix product',
      'Einsum',
      [counted(2, 2), counted(2, 2)],
      { equation: 'ij,jk->ki' },
      [2, 2],
      [7, 15, 10, 22],
    ],
    ['a trace', 'Einsum', [counted(3, 3)], { equation: 'ii' }, [], [15]],
    ['an ellipsis', 'Einsum', [counted(2, 2), counted(2)], { equation: '...i,i' }, [2], [5, 11]],
    ['cut and padded', 'CenterCropPad', [counted(4, 1), integers([2], 2, 3)], {}, [2, 3], [0, 2, 0, 0, 3, 0]],
    [
      'the first n reversed',
      'ReverseSequence',
      [counted(3, 2), integers([2], 2, 3)],
      {},
      [3, 2],
      [3, 6, 1, 4, 5, 2],
    ],
    [
      'overlapping blocks',
      'Col2Im',
      [counted(1, 2, 2), integers([2], 1, 3), integers([2], 1, 2)],
      {},
      [1, 1, 1, 3],
      [1, 5, 4],
    ],
    ['tuples from the end', 'GatherND', [counted(2, 3), integers([2, 2], 0, -1, -1, 0)], {}, [2], [3, 4]],
    [
      'rows of each batch',
      'GatherND',
      [counted(2, 2, 1), integers([2, 1], 1, 0)],
      { batch_dims: 1 },
      [2, 1],
      [2, 3],
    ],
    [
      'adding rows twice',
      'ScatterND',
      [counted(2, 2), integers([2, 1], 1, 1), tensor([2, 2], 10, 20, 30, 40)],
      { reduction: 'add' },
      [2, 2],
      [1, 2, 43, 64],
    ],
    [
      'a factor twice',
      'ScatterElements',
      [counted(2), integers([2], 1, 1), tensor([2], 3, 5)],
      { reduction: 'mul' },
      [2],
      [1, 30],
    ],
    ['a row exchange', 'Det', [tensor([2, 2], 0, 2, 3, 4)], {}, [], [-6]],
    ['the sign of the divisor', 'Mod', [tensor([2], -3, 3), tensor([1], 4)], {}, [2], [1, 3]],
    [
      'a matrix of an even grid',
      'AffineGrid',
      [tensor([1, 2, 3], 1, 0, 0.5, 0, 2, 0), integers([4], 1, 1, 1, 2)],
      {},
      [1, 1, 2, 2],
      [0, 0, 1, 0],
    ],
    ['products from the end', 'CumProd', [counted(3), integers([], 0)], { reverse: 1 }, [3], [6, 6, 3]],
    [
      'the values on and off',
      'OneHot',
      [integers([2], -1, 0), integers([], 3), tensor([2], 5, 7)],
      {},
      [2, 3],
      [5, 5, 7, 7, 5, 5],
    ],
    [
      'the first of the largest',
      'Hardmax',
      [tensor([2, 3], 1, 4, 4, 2, 1, 0)],
      {},
      [2, 3],
      [0, 1, 0, 1, 0, 0],
    ],
    [
      'shifted and scaled',
      'DequantizeLinear',
      [integers([2], 3, 5), tensor([], 0.5), integers([], 1)],
      {},
      [2],
      [1, 2],
    ],
    [
      'rounded to even and kept in range',
      'QuantizeLinear',
      [tensor([4], -1, 0.25, 0.75, 999), tensor([], 0.5)],
      {},
      [4],
      [0, 0, 2, 255],
    ],
    ['sum and alternating sum', 'DFT', [counted(1, 2, 1)], {}, [1, 2, 2], [3, 0, -1, 0]],
    [
      'one complex frequency',
      'DFT',
      [tensor([1, 4, 2], 0, 0, 4, 0, 0, 0, 0, 0)],
      { inverse: 1 },
      [1, 4, 2],
      [1, 0, 0, 1, -1, 0, 0, -1],
    ],
    [
      'a real signal of half a spectrum',
      'DFT',
      [tensor([1, 3, 2], 4, 0, 2, 0, 0, 0)],
      { inverse: 1, onesided: 1 },
      [1, 4, 1],
      [2, 1, 0, 1],
    ],
    [
      'the spectrum of each frame',
      'STFT',
      [counted(1, 4, 1), integers([], 2), tensor([2], 1, 10)],
      {},
      [1, 2, 2, 2],
      [21, 0, -19, 0, 43, 0, -37, 0],
    ],
    ['half a period up', 'HannWindow', [integers([], 4)], {}, [4], [0, 0.5, 1, 0.5]],
    ['both ends', 'BlackmanWindow', [integers([], 3)], { periodic: 0 }, [3], [0, 1, 0]],
    [
      'a kernel moved by one pixel',
      'DeformConv',
      [counted(1, 1, 2, 2), tensor([1, 1, 1, 1], 10), tensor([1, 2, 2, 2], 0, 1, 0, 0, 1, 0, 0, 0.5)],
      {},
      [1, 1, 2, 2],
      [20, 40, 30, 20],
    ],
    [
      'what came before',
      'CausalConvWithState',
      [counted(1, 1, 2), tensor([1, 1, 2], 10, 1), tensor([1], 0.5), tensor([1, 1, 1], 3)],
      {},
      [1, 1, 2],
      [31.5, 12.5],
    ],
    [
      'places that wrap around',
      'TensorScatter',
      [counted(1, 3, 1), tensor([1, 2, 1], 8, 9), integers([1], 2)],
      { mode: 'circular' },
      [1, 3, 1],
      [9, 2, 8],
    ],
    [
      'a turn by the angle of the place',
      'RotaryEmbedding',
      [counted(1, 1, 1, 4), tensor([2, 2], 9, 9, 0, 1), tensor([2, 2], 9, 9, 1, 0), integers([1, 1], 1)],
      {},
      [1, 1, 1, 4],
      [-3, 2, 1, 4],
    ],
    [
      'the delta rule',
      'LinearAttention',
      [
        tensor([1, 2, 1], 1, 1),
        tensor([1, 2, 1], 1, 2),
        tensor([1, 2, 1], 4, 6),
        tensor([1, 1, 1, 1], 2),
        tensor([1, 2, 1], 0, Math.LN2),
        tensor([1, 2, 1], 0.5, 1),
      ],
      { q_num_heads: 1, kv_num_heads: 1 },
      [1, 2, 1],
      [3, -6],
    ],
    ['truncated', 'Mod', [tensor([2], -7, 7), tensor([1], 3)], { fmod: 1 }, [2], [-1, 1]],
    ['floored', 'Mod', [tensor([2], -7, 7), tensor([1], 3)], {}, [2], [2, 1]],
    [
      '3-4-5 windows',
      'LpPool',
      [tensor([1, 1, 4], 3, -4, 6, 8)],
      { kernel_shape: [2], strides: [2] },
      [1, 1, 2],
      [5, 10],
    ],
    ['zeros kept', 'LpNormalization', [tensor([2, 2], 3, -4, 0, 0)], {}, [2, 2], [0.6, -0.8, 0, 0]],
    [
      'neighbouring channels',
      'LRN',
      [tensor([1, 3, 1], 1, 2, 3)],
      { size: 3, alpha: 3, beta: 1 },
      [1, 3, 1],
      [1 / 6, 2 / 15, 3 / 14],
    ],
    [
      'weights and ignored',
      'NegativeLogLikelihoodLoss',
      [tensor([3, 2], -1, -2, -3, -4, -5, -6), integers([3], 0, 1, 9), tensor([2], 1, 3)],
      { ignore_index: 9 },
      [],
      [3.25],
    ],
    [
      'a uniform prediction',
      'SoftmaxCrossEntropyLoss',
      [tensor([1, 2, 2], 5, 5, 5, 5), integers([1, 2], 0, 1)],
      {},
      [],
      [Math.LN2],
    ],
    [
      'x first, then y',
      'GridSample',
      [counted(1, 1, 2, 3), tensor([1, 1, 2, 2], 1, -1, -1, 1)],
      { align_corners: 1 },
      [1, 1, 1, 2],
      [3, 4],
    ],
    ['zeros outside', 'GridSample', [counted(1, 1, 1, 2), tensor([1, 1, 1, 2], 1, 0)], {}, [1, 1, 1, 1], [1]],
    [
      'reflection',
      'GridSample',
      [counted(1, 1, 1, 3), tensor([1, 1, 1, 2], 2, 0)],
      { align_corners: 1, padding_mode: 'reflection' },
      [1, 1, 1, 1],
      [2],
    ],
    [
      'one bin per pixel',
      'RoiAlign',
      [counted(1, 1, 2, 2), tensor([1, 4], 0, 0, 2, 2), integers([1], 0)],
      { output_height: 2, output_width: 2, sampling_ratio: 1 },
      [1, 1, 2, 2],
      [1, 2, 3, 4],
    ],
    [
      'the largest weighted corner, not the largest interpolated sample',
      'RoiAlign',
      [tensor([1, 1, 2, 2], 8, 4, -4, 2), tensor([2, 4], 0, 0, 2, 2, -9, 0, -7, 2), integers([2], 0, 0)],
      { mode: 'max', sampling_ratio: 1 },
      [2, 1, 1, 1],
      // A quarter of 8; the second region lies outside of the image.
      [2, 0],
    ],
    [
      'bins that share a row and a column, and an image by its number',
      'MaxRoiPool',
      [counted(2, 1, 3, 3), tensor([2, 5], 1, 0, 0, 2, 2, 0, 1, 0, 1, 1)],
      { pooled_shape: [2, 2] },
      [2, 1, 2, 2],
      [14, 15, 17, 18, 2, 2, 5, 5],
    ],
    [
      'halves away from zero, and 0 in a bin outside of the image',
      'MaxRoiPool',
      [counted(1, 1, 1, 6), tensor([3, 5], 0, 0, 0, 0.5, 0, 0, -1, 0, 5, 0, 0, 6, 0, 9, 0)],
      { pooled_shape: [1, 1], spatial_scale: 0.5 },
      [3, 1, 1, 1],
      [1, 4, 6],
    ],
  ])('%s: %s', (_, operator, operands, attributes, shape, expected) => {
    const found = compute(operator, operands, attributes);
    expect(found.shape).toEqual(shape);
    expect(rounded(found)).toEqual(rounded({ shape, data: Float64Array.from(expected) }));
  });

  test('a region that is no taller than its sample is averaged along both axes', () => {
    const whole = compute('RoiAlign', [counted(1, 1, 2, 2), tensor([1, 4], 0, 0, 2, 2), integers([1], 0)], {
      sampling_ratio: 2,
    });
    expect(rounded(whole)).toEqual([2.5]);
  });

  test('Resize counts its axes from the front when it is written', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [1, 5, 4]);
    const y = graph.only('Resize', [x, undefined, undefined, graph.integers([4, 10])], {
      axes: [-1, -2],
      keep_aspect_ratio_policy: 'not_smaller',
    });
    expect(y.shape).toEqual([1, 10, 8]);
    expect(y.producer?.attributes['axes']).toEqual([2, 1]);
  });

  test('padding that repeats entries is the same for known entries and for fed ones', () => {
    const expected = [1, 1, 2, 1, 1, 2, 3, 3, 4];
    const pads = integers([4], 1, 1, 0, 0);
    expect([...compute('Pad', [counted(2, 2), pads], { mode: 'edge' }).data]).toEqual(expected);
    const known = new GraphBuilder();
    const y = known.only('Pad', [known.constant([1, 2, 3, 4], [2, 2]), known.integers([1, 1, 0, 0])], {
      mode: 'edge',
    });
    expect([...(y.constant!.data as Float32Array)]).toEqual(expected);
  });

  // Expected values of ONNX Runtime 1.30.
  test.each<[string, number, number, number[]]>([
    ['wrap', 1, -2, [2, 1, 2]],
    ['wrap', -1, 2, [2, 3, 4, 2, 3]],
    ['reflect', -1, 2, [2, 3, 4, 3, 2]],
    ['reflect', 2, -1, [3, 2, 1, 2, 3]],
    ['edge', 2, -3, [1, 1, 1]],
    ['constant', -1, 2, [2, 3, 4, 0, 0]],
    ['constant', 3, -5, [0, 0]],
  ])('padding by %s of %d and %d cuts first', (mode, before, after, expected) => {
    const pads = integers([2], before, after);
    expect([...compute('Pad', [counted(4), pads], { mode }).data]).toEqual(expected);
    const known = new GraphBuilder();
    const y = known.only('Pad', [known.constant([1, 2, 3, 4]), known.integers([before, after])], { mode });
    expect([...(y.constant!.data as Float32Array)]).toEqual(expected);
  });

  test('padding cuts one axis and repeats along another', () => {
    const y = compute('Pad', [counted(3, 3), integers([4], 1, -1, -1, 2)], { mode: 'wrap' });
    expect([...y.data]).toEqual([5, 6, 5, 6, 2, 3, 2, 3, 5, 6, 5, 6]);
  });

  test('column-major places of a maximum', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [1, 2, 2, 3]);
    const [, places] = graph.apply('MaxPool', [x], { kernel_shape: [2, 3], storage_order: 1 });
    const data = Float64Array.from([0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9, 0]);
    expect([...interpret([places!], new Map([[x, { shape: x.shape, data }]]))[0]!.data]).toEqual([4, 9]);
  });
});

describe('attention', () => {
  const attend = (attributes: Attributes, ...more: Operand[]): number[] =>
    rounded(
      compute(
        'Attention',
        [tensor([1, 1, 2, 1], 0, 0), tensor([1, 1, 3, 1], 1, 2, 3), tensor([1, 1, 3, 1], 3, 6, 12), ...more],
        attributes,
      ),
    );
  const mask = (...data: number[]): Operand => tensor([2, 3], ...data);

  test('without scores is the mean of the values that a query sees', () => {
    expect(attend({})).toEqual([7, 7]);
    expect(attend({ is_causal: 1 })).toEqual([3, 4.5]);
    expect(attend({ left_window_size: 0, right_window_size: 1 })).toEqual([4.5, 9]);
    expect(attend({}, mask(-Infinity, 0, 0, 0, 0, -Infinity))).toEqual([9, 4.5]);
    expect(attend({}, mask(0, 0, 0, Math.log(3), 0, -Infinity))).toEqual([7, 3.75]);
  });

  test('of a query that sees no key is 0, and so is its gradient', () => {
    expect(attend({}, mask(-Infinity, -Infinity, -Infinity, 0, 0, 0))).toEqual([0, 7]);
  });

  test('of several query heads for one key head', () => {
    const y = compute(
      'Attention',
      [tensor([1, 1, 2], 0, Math.log(3)), tensor([1, 2, 1], 1, 0), tensor([1, 2, 1], 4, 8)],
      { q_num_heads: 2, kv_num_heads: 1 },
    );
    expect(rounded(y)).toEqual([6, 5]);
  });
});

describe('recurrent layers', () => {
  const sequence = { shape: [2, 1, 1], data: [0.5, -1] };
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

  test('an RNN in reverse begins at the end', () => {
    const y = compute('RNN', [sequence, tensor([1, 1, 1], 2), tensor([1, 1, 1], 3)], {
      direction: 'reverse',
    });
    const last = Math.tanh(2 * -1);
    expect(y.shape).toEqual([2, 1, 1, 1]);
    expect([...y.data]).toEqual([expect.closeTo(Math.tanh(1 + 3 * last), 12), expect.closeTo(last, 12)]);
  });

  test('gates of a GRU are ordered update, reset, candidate', () => {
    const y = compute('GRU', [
      sequence,
      tensor([1, 3, 1], 1, 2, 3),
      tensor([1, 3, 1], 4, 5, 6),
      tensor([1, 6], 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    ]);
    let hidden = 0;
    const expected = sequence.data.map((x) => {
      const update = sigmoid(x + 4 * hidden + 0.5);
      const reset = sigmoid(2 * x + 5 * hidden + 0.7);
      hidden = (1 - update) * Math.tanh(3 * x + 6 * reset * hidden + 0.9) + update * hidden;
      return hidden;
    });
    expect(rounded(y)).toEqual(rounded({ shape: [2], data: Float64Array.from(expected) }));
  });

  test('gates of an LSTM are ordered input, output, forget, cell; a sequence that has ended puts out 0', () => {
    const y = compute('LSTM', [
      { shape: [2, 2, 1], data: [0.5, 0.5, -1, -1] },
      tensor([1, 4, 1], 1, 2, 3, 4),
      tensor([1, 4, 1], 5, 6, 7, 8),
      tensor([1, 8], 0.1, 0.2, 0.3, 0.4, 0, 0, 0, 0),
      integers([2], 2, 1),
    ]);
    let [hidden, cell] = [0, 0];
    const expected = [0.5, -1].map((x) => {
      const [i, o, f] = [x + 5 * hidden + 0.1, 2 * x + 6 * hidden + 0.2, 3 * x + 7 * hidden + 0.3].map(
        sigmoid,
      );
      cell = f! * cell + i! * Math.tanh(4 * x + 8 * hidden + 0.4);
      hidden = o! * Math.tanh(cell);
      return hidden;
    });
    expect(rounded(y)).toEqual(
      rounded({ shape: [4], data: Float64Array.of(expected[0]!, expected[0]!, expected[1]!, 0) }),
    );
  });

  test('what does not fit is refused', () => {
    const weights = [tensor([1, 1, 1], 2), tensor([1, 1, 1], 3)];
    expect(() => compute('RNN', [sequence, ...weights], { activations: ['Sine'] })).toThrow(
      "RNN: activation 'Sine' is not supported, expected Relu",
    );
    expect(() => compute('RNN', [sequence, ...weights], { activations: ['Affine'] })).toThrow(
      "activation 'Affine' needs an entry of activation_alpha",
    );
    expect(() => compute('LSTM', [sequence, ...weights])).toThrow(
      'LSTM: input 1 has shape [1, 1, 1], expected [1, 4, 1]',
    );
    expect(() => compute('RNN', [sequence, ...weights], { direction: 'backward' })).toThrow(
      "direction is 'backward'",
    );
  });
});

describe('what does not fit is refused, with the numbers', () => {
  test.each<[string, Operand[], Attributes, RegExp]>([
    ['Einsum', [counted(2, 3), counted(2, 2)], { equation: 'ij,jk' }, /label 'j' lengths 3 and 2/],
    ['Einsum', [counted(2, 3)], { equation: 'ij->iz' }, /has no result 'iz'/],
    ['GatherND', [counted(2, 3), integers([1, 3], 0, 0, 0)], {}, /\[1, 3\] do not address data \[2, 3\]/],
    [
      'ScatterND',
      [counted(2, 3), integers([1, 1], 0), counted(1, 2)],
      {},
      /have shape \[1, 2\], expected \[1, 3\]/,
    ],
    ['GridSample', [counted(1, 1, 2, 2), counted(1, 2, 2, 3)], {}, /grid \[1, 2, 2, 3\] does not fit/],
    [
      'GroupNormalization',
      [counted(1, 6, 2), counted(2), counted(6)],
      { num_groups: 3 },
      /\[2\], expected \[3\] or \[6\]/,
    ],
    [
      'NegativeLogLikelihoodLoss',
      [counted(2, 3), integers([3], 0, 0, 0)],
      {},
      /int64\[3\] for scores \[2, 3\]/,
    ],
    [
      'Col2Im',
      [counted(1, 4, 5), integers([2], 3, 3), integers([2], 2, 2)],
      {},
      /expected \[batch, channels × 4, 4\]/,
    ],
    [
      'Pad',
      [counted(3), integers([2], 2, -3)],
      { mode: 'edge' },
      /pads of 2 and -3 cut all of axis 0 of \[3\], and mode 'edge' repeats what is left/,
    ],
    ['Det', [counted(2, 3)], {}, /expected square matrices/],
    ['Gelu', [counted(1)], { approximate: 'sigmoid' }, /approximate is 'sigmoid', expected none or tanh/],
  ])('%s %#', (operator, operands, attributes, message) => {
    expect(() => compute(operator, operands, attributes)).toThrow(message);
  });
});

test.each(['float32', 'float64'] as const)(
  'GridSample takes a grid of another type: an image of %s',
  (type) => {
    const graph = new GraphBuilder();
    const image = graph.input('image', type, [1, 1, 1, 3]);
    const grid = graph.constant([0.5, 0], [1, 1, 1, 2], type === 'float32' ? 'float64' : 'float32');
    const sampled = graph.only('GridSample', [image, grid], { align_corners: 1 });
    const feeds = new Map([[image, { shape: image.shape, data: Float64Array.of(1, 2, 4) }]]);
    expect(sampled.dataType).toBe(type);
    expect([...interpret([sampled], feeds)[0]!.data]).toEqual([3]);
  },
);
