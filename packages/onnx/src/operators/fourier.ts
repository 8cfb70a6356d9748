import type { GraphWriter } from '../graph/graph-writer.js';
import { dataTypeOfNumber } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import { sizeOf, tensorOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { normalizeAxis } from '../shapes/axes.js';
import { noGradient, type Operator } from '../graph/operator.js';

interface Transform {
  /** The length of the transform. */
  readonly length: number;
  readonly inverse: boolean;
  readonly onesided: boolean;
  /** 1 for real numbers, 2 for complex ones. */
  readonly parts: number;
}

/** How many frequencies there are without those that follow by symmetry. */
const half = (length: number): number => Math.floor(length / 2) + 1;

/** Complex only where the inverse of a one-sided transform gives real numbers. */
const partsAfter = ({ inverse, onesided }: Transform): number => (inverse && onesided ? 1 : 2);

/** How many numbers go in and come out along the axis. */
const lengthsOf = ({ length, inverse, onesided }: Transform): [before: number, after: number] =>
  onesided ? (inverse ? [half(length), length] : [length, half(length)]) : [length, length];

/** The discrete Fourier transform of the rows [numbers · parts] as a product with a constant matrix. */
function transformRows(graph: GraphWriter, rows: Value, transform: Transform): Value {
  const { length, inverse, onesided, parts } = transform;
  const [before, after] = lengthsOf(transform);
  const partsNow = partsAfter(transform);
  const matrix = new Float64Array(before * parts * after * partsNow);
  for (let from = 0; from < before; from++) {
    for (let to = 0; to < after; to++) {
      // The angle modulo a full turn, so that it is exact for long transforms.
      const angle = ((inverse ? 2 : -2) * Math.PI * ((from * to) % length)) / length;
      // Of a one-sided spectrum, all but the frequencies 0 and length/2 stand for two.
      const count = inverse && onesided && from > 0 && 2 * from !== length ? 2 : 1;
      const factor = inverse ? count / length : 1;
      const [real, imaginary] = [factor * Math.cos(angle), factor * Math.sin(angle)];
      const set = (part: number, partNow: number, value: number): void => {
        if (part >= parts || partNow >= partsNow) return;
        matrix[(from * parts + part) * after * partsNow + to * partsNow + partNow] = value;
      };
      set(0, 0, real);
      set(0, 1, imaginary);
      set(1, 0, -imaginary);
      set(1, 1, real);
    }
  }
  return graph.matmul(rows, graph.constant(matrix, [before * parts, after * partsNow], rows.dataType));
}

function transformOf(node: Node): Transform & { axis: number } {
  const x = node.input(0);
  const axis = normalizeAxis(node, node.optionalNumbers(2)?.[0] ?? -2, x.rank);
  const [inverse, onesided] = [node.int('inverse') === 1, node.int('onesided') === 1];
  const parts = x.shape.at(-1)!;
  if (axis === x.rank - 1 || (parts !== 1 && parts !== 2)) {
    throw node.error(
      `input [${x.shape.join(', ')}] cannot be transformed along axis ${axis}: its last axis holds the real and imaginary parts`,
    );
  }
  const whole = x.shape[axis]!;
  const length = node.optionalNumbers(1)?.[0] ?? (inverse && onesided ? 2 * (whole - 1) : whole);
  return { length, inverse, onesided, parts, axis };
}

/** A window of a known length, as a sum of cosines. */
function cosineWindow(name: string, coefficients: readonly number[]): Operator {
  const compute = (node: Node): Float64Array => {
    const length = node.knownNumbers(0)[0]!;
    const period = node.int('periodic') === 1 ? length : length - 1;
    return Float64Array.from({ length }, (_, place) =>
      coefficients.reduce(
        (sum, coefficient, order) => sum + coefficient * Math.cos((2 * Math.PI * order * place) / period),
        0,
      ),
    );
  };
  return {
    name,
    inputs: [1, 1],
    attributes: { output_datatype: ['int', 1], periodic: ['int', 1] },
    infer: (node) => [
      {
        dataType: dataTypeOfNumber(node.int('output_datatype')) ?? 'float32',
        shape: [node.knownNumbers(0)[0]!],
      },
    ],
    rewrite: (graph, node) => {
      const dataType = dataTypeOfNumber(node.int('output_datatype'));
      if (dataType === undefined) throw node.error('output_datatype is not supported');
      const data = compute(node);
      return [graph.constantTensor(tensorOf(dataType, [data.length], data))];
    },
    gradient: noGradient,
  };
}

export const fourierOperators: readonly Operator[] = [
  {
    // As in set 20: the axis is an input.
    name: 'DFT',
    inputs: [1, 3],
    attributes: { inverse: ['int', 0], onesided: ['int', 0] },
    infer: (node) => {
      const { axis, ...transform } = transformOf(node);
      const x = node.input(0);
      const shape = [...x.shape];
      shape[axis] = lengthsOf(transform)[1];
      shape[x.rank - 1] = partsAfter(transform);
      return [{ dataType: x.dataType, shape }];
    },
    rewrite: (graph, node) => {
      const { axis, ...transform } = transformOf(node);
      const x = node.input(0);
      const [before, after] = lengthsOf(transform);
      const whole = x.shape[axis]!;
      const others = x.shape.flatMap((_, each) => (each === axis || each === x.rank - 1 ? [] : [each]));
      const cut = graph.pad(
        whole <= before ? x : graph.slice(x, { starts: [0], ends: [before], axes: [axis] }),
        x.shape.map(() => 0),
        x.shape.map((_, each) => (each === axis ? Math.max(before - whole, 0) : 0)),
      );
      const order = [...others, axis, x.rank - 1];
      const lengths = others.map((each) => x.shape[each]!);
      const rows = graph.reshape(graph.transpose(cut, order), [sizeOf(lengths), before * transform.parts]);
      const result = graph.reshape(transformRows(graph, rows, transform), [
        ...lengths,
        after,
        partsAfter(transform),
      ]);
      return [
        graph.transpose(
          result,
          order.map((_, each) => order.indexOf(each)),
        ),
      ];
    },
  },
  {
    // The spectrum of each frame of a signal.
    name: 'STFT',
    inputs: [2, 4],
    roles: [undefined, undefined, 'setting'],
    attributes: { onesided: ['int', 1] },
    infer: (node) => {
      const { length, frames, transform } = framesOf(node);
      const x = node.input(0);
      if (length > x.shape[1]!) {
        throw node.error(`frames have ${length} entries, but the signal [${x.shape.join(', ')}]`);
      }
      return [{ dataType: x.dataType, shape: [x.shape[0]!, frames, lengthsOf(transform)[1], 2] }];
    },
    rewrite: (graph, node) => {
      const { step, length, frames, transform } = framesOf(node);
      const x = node.input(0);
      const places = Array.from(
        { length: frames * length },
        (_, entry) => Math.floor(entry / length) * step + (entry % length),
      );
      let framed = graph.only('Gather', [x, graph.constant(places, [frames, length], 'int64')], { axis: 1 });
      if (node.hasInput(2)) {
        framed = graph.multiply(framed, graph.reshape(node.input(2), [1, 1, length, 1]));
      }
      const rows = graph.reshape(framed, [x.shape[0]! * frames, length * transform.parts]);
      return [
        graph.reshape(transformRows(graph, rows, transform), [
          x.shape[0]!,
          frames,
          lengthsOf(transform)[1],
          2,
        ]),
      ];
    },
  },
  cosineWindow('HannWindow', [0.5, -0.5]),
  cosineWindow('HammingWindow', [25 / 46, -21 / 46]),
  cosineWindow('BlackmanWindow', [0.42, -0.5, 0.08]),
];

function framesOf(node: Node): { step: number; length: number; frames: number; transform: Transform } {
  const x = node.input(0);
  const step = node.knownNumbers(1)[0]!;
  const length = node.optionalNumbers(3)?.[0] ?? node.inputs[2]?.shape[0] ?? x.shape[1]!;
  return {
    step,
    length,
    frames: Math.floor((x.shape[1]! - length) / step) + 1,
    transform: { length, inverse: false, onesided: node.int('onesided') === 1, parts: x.shape[2] ?? 1 },
  };
}
