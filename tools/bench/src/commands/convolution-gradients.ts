import { encodeModel, GraphBuilder, modelBytes, type Value } from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import {
  inputFormOf,
  inputForms,
  kernelFormOf,
  kernelForms,
  type Convolution,
} from '@lovasz/onnx/convolution-gradients';
import { InferenceSession, Tensor } from '@lovasz/onnxruntime/runtime';
import { inputCandidates, kernelCandidates } from '../convolution-candidates.js';
import type { Figure } from '../figures.js';
import { median } from '../median.js';

/** A convolution as it is written down below. */
interface Geometry {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly group?: number;
  readonly inputs: readonly number[];
  readonly kernel: readonly number[];
  readonly stride?: number;
  readonly dilation?: number;
  /** Default: so much that a stride of 1 keeps the size. */
  readonly pad?: number;
}

const depthwise = (
  channels: number,
  inputs: readonly number[],
  length: number,
  rest: Partial<Geometry> = {},
): Geometry => ({
  batch: 4,
  channels,
  filters: channels,
  group: channels,
  inputs,
  kernel: inputs.map(() => length),
  ...rest,
});

const dense = (
  [channels, filters]: readonly [number, number],
  inputs: readonly number[],
  length: number,
  rest: Partial<Geometry> = {},
): Geometry => ({ batch: 4, channels, filters, inputs, kernel: inputs.map(() => length), ...rest });

/** What networks hold, and where the choices change. */
const geometries: readonly Geometry[] = [
  dense([64, 64], [90, 120], 3),
  dense([16, 16], [90, 120], 3),
  dense([256, 256], [14, 14], 3),
  dense([64, 128], [90, 120], 3, { stride: 2 }),
  dense([32, 32], [45, 60], 5),
  dense([16, 16], [64, 64], 7),
  dense([64, 64], [32, 32], 7),
  dense([128, 128], [16, 16], 7),
  dense([3, 64], [224, 224], 7, { stride: 2, batch: 2 }),
  dense([128, 32], [45, 60], 1, { batch: 8 }),
  dense([512, 512], [14, 14], 1),
  dense([64, 128], [56, 56], 1, { stride: 2, pad: 0 }),
  dense([32, 64], [64, 64], 2, { stride: 2, pad: 0 }),
  dense([32, 64], [64, 64], 4, { stride: 2, pad: 1 }),
  dense([3, 96], [224, 224], 4, { stride: 4, pad: 0 }),
  dense([3, 768], [224, 224], 16, { stride: 16, pad: 0, batch: 2 }),
  dense([64, 768], [56, 56], 8, { stride: 8, pad: 0, batch: 2 }),
  dense([21, 21], [224, 224], 16, { stride: 8, pad: 4, batch: 2 }),
  dense([64, 64], [56, 56], 3, { group: 8 }),
  depthwise(96, [56, 56], 3),
  depthwise(384, [14, 14], 3),
  depthwise(96, [56, 56], 3, { stride: 2 }),
  depthwise(96, [56, 56], 5),
  depthwise(96, [56, 56], 7),
  depthwise(384, [14, 14], 7),
  dense([64, 64], [1000], 9),
  dense([64, 64], [1000], 3, { stride: 2 }),
  depthwise(64, [1000], 5, { stride: 2 }),
  depthwise(64, [1000], 31),
  dense([8, 16], [16, 32, 32], 3, { batch: 1 }),
  dense([32, 32], [16, 32, 32], 3, { batch: 1, stride: 2 }),
  dense([32, 32], [16, 32, 32], 4, { batch: 1, stride: 2, pad: 1 }),
  dense([32, 32], [16, 32, 32], 5, { batch: 1, stride: 2 }),
  dense([16, 32], [16, 32, 32], 2, { batch: 1, stride: 2, pad: 0 }),
  depthwise(32, [16, 28, 28], 3, { batch: 1 }),
];

/**
 * Times the forms of a convolution's gradients on ONNX Runtime's CPU provider, in turns: those of `@lovasz/onnx` with
 * its choice marked, and others.
 *
 * Of one thread, in processor time, which other work on the machine hardly changes; threads that wait for each other
 * would count as working.
 */
export async function measureConvolutionGradients(options: {
  readonly repeats: number;
  /** Of the list, those whose description contains this. */
  readonly only?: string;
}): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const geometry of geometries) {
    const title = describe(geometry);
    if (!title.includes(options.only ?? '')) continue;
    const of = convolutionOf(geometry);
    const { batch, channels, filters, group, inputs, window } = of;
    const image = [batch, channels, ...inputs];
    const kernel = [filters, channels / group, ...window.kernel];
    const cotangent = [batch, filters, ...window.outputs];
    for (const { gradient, shapes, forms, chosen } of [
      {
        gradient: 'dX',
        shapes: [kernel, cotangent] as const,
        forms: [...inputForms, ...inputCandidates],
        chosen: inputFormOf(of),
      },
      {
        gradient: 'dW',
        shapes: [image, cotangent] as const,
        forms: [...kernelForms, ...kernelCandidates],
        chosen: kernelFormOf(of),
      },
    ]) {
      const fitting = forms.filter((form) => form.fits(of));
      const milliseconds = await timesInTurns(
        fitting.map((form) => (graph, a, b) => form.write(graph, a, b, of)),
        shapes,
        options.repeats,
      );
      figures.push(
        ...fitting.map((form, place) => ({
          name: `${title}: ${gradient} by ${form.name}${form === chosen ? ' (chosen)' : ''}`,
          value: milliseconds[place]!,
          unit: 'ms',
        })),
      );
    }
  }
  return figures;
}

function describe({
  batch,
  channels,
  filters,
  group = 1,
  inputs,
  kernel,
  stride = 1,
  dilation = 1,
}: Geometry): string {
  return [
    `${batch}×${channels}→${filters} at ${inputs.join('×')}`,
    `kernel ${kernel.join('×')}`,
    ...(stride === 1 ? [] : [`stride ${stride}`]),
    ...(dilation === 1 ? [] : [`dilation ${dilation}`]),
    ...(group === 1 ? [] : [group === channels ? 'depthwise' : `${group} groups`]),
  ].join(', ');
}

function convolutionOf(geometry: Geometry): Convolution {
  const { batch, channels, filters, group = 1, inputs, kernel, stride = 1, dilation = 1, pad } = geometry;
  const extents = kernel.map((length) => dilation * (length - 1) + 1);
  const pads = extents.map((extent) => pad ?? (extent - 1) / 2);
  return {
    batch,
    channels,
    filters,
    group,
    inputs,
    window: {
      kernel,
      strides: inputs.map(() => stride),
      dilations: inputs.map(() => dilation),
      before: pads,
      after: pads,
      outputs: inputs.map(
        (length, axis) => Math.floor((length + 2 * pads[axis]! - extents[axis]!) / stride) + 1,
      ),
    },
  };
}

type Write = (graph: GraphBuilder, first: Value, second: Value) => Value;

/** The median processor time of each graph over two inputs, in milliseconds. */
async function timesInTurns(
  writes: readonly Write[],
  shapes: readonly [readonly number[], readonly number[]],
  repeats: number,
): Promise<readonly number[]> {
  const feeds = Object.fromEntries(
    shapes.map((shape, place) => {
      const size = sizeOf(shape);
      const data = Float32Array.from({ length: size }, (_, entry) => Math.sin(entry + place));
      return [`input ${place}`, new Tensor('float32', data, shape)];
    }),
  );
  const options = { logSeverityLevel: 3, intraOpNumThreads: 1, enableMemPattern: false } as const;
  const sessions = await Promise.all(
    writes.map((write) => InferenceSession.create(graphOf(write, shapes), options)),
  );
  const milliseconds = sessions.map((): number[] => []);
  // The first turn lays out memory.
  for (let turn = -1; turn < repeats; turn++) {
    for (const [place, session] of sessions.entries()) {
      const before = process.cpuUsage();
      await session.run(feeds);
      const { user, system } = process.cpuUsage(before);
      if (turn >= 0) milliseconds[place]!.push((user + system) / 1000);
    }
  }
  await Promise.all(sessions.map((session) => session.release()));
  return milliseconds.map(median);
}

function graphOf(write: Write, shapes: readonly [readonly number[], readonly number[]]): Uint8Array {
  const graph = new GraphBuilder();
  const [first, second] = shapes.map((shape, place) => graph.input(`input ${place}`, 'float32', shape)) as [
    Value,
    Value,
  ];
  const outputs = [{ name: 'gradient', value: write(graph, first, second) }];
  return modelBytes(encodeModel({ name: 'gradient', inputs: graph.inputs, outputs }));
}
