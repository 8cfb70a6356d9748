import { join } from 'node:path';
import { crossEntropy, lovaszSoftmax } from '@lovasz/core';
import {
  buildTrainingGraph,
  decodeModel,
  initialVectors,
  profileNames,
  sgd,
  type ModelProto,
  type ProfileName,
  type TrainingGraph,
  type TrainingGraphOptions,
} from '@lovasz/onnx';
import { missingKernels } from '@lovasz/onnx/support';
import { sizeOf } from '@lovasz/onnx/parts';
import { readModel } from '@lovasz/onnxruntime';
import { largestDifference } from '../largest-difference.js';
import { readTensors } from '../read-case-folder.js';
import { readModels } from '../read-models.js';
import type { Outcome } from '../report.js';
import { runOnce, type Feed } from '../run-once.js';

/** A training graph to write for every profile, and what its step is fed beside the state. */
export interface ProfileCase {
  readonly name: string;
  readonly model: ModelProto;
  readonly options: Omit<TrainingGraphOptions, 'profile'>;
  /** The network's inputs and `labels`. */
  readonly feeds: readonly Feed[];
}

/** By how much an output of a step may be off from that of `generic`, relative to its largest entry. */
const tolerance = 1e-5;

const parts = ['step', 'forward', 'backward', 'optimizer', 'evaluate'] as const;

/**
 * Writes training graphs for every profile: no node may lack a kernel, and the step must give what the one for `generic`
 * gives.
 *
 * @param run what computes a step. Default: ONNX Runtime's CPU provider.
 */
export async function* compareProfiles(
  cases: Iterable<ProfileCase>,
  run: typeof runOnce = runOnce,
): AsyncGenerator<Outcome> {
  for (const { name, model, options, feeds } of cases) {
    let expected: ReadonlyMap<string, Float64Array> | undefined;
    for (const profile of profileNames) {
      const start = { name: `${name}/${profile}`, tolerance };
      try {
        const graph = buildTrainingGraph(model, { ...options, profile });
        const missing = missingIn(graph, profile);
        if (missing.length > 0) throw new Error(missing.join('; '));
        const found = await run(graph.step, [...feeds, ...stateFeeds(model, graph)]);
        expected ??= found;
        yield { ...start, largestError: largestError(found, expected) };
      } catch (error) {
        yield { ...start, reason: (error as Error).message };
      }
    }
  }
}

/** The networks of a folder, each for the losses whose graphs differ most. */
export async function exportedCases(folder: string): Promise<readonly ProfileCase[]> {
  const { models } = await readModels(folder);
  const cases = models.map(async (network): Promise<readonly ProfileCase[]> => {
    const tensors = await readTensors(folder, network.tensors);
    const model = await readModel(join(folder, network.file));
    const { inputs, labels } = network.cases[0]!;
    const feed = (name: string, key: string, dataType?: string): Feed => {
      const { dtype, shape, data } = tensors.get(key)!;
      const type = dataType ?? (dtype === 'I64' ? 'int64' : 'float32');
      return { name, dataType: type, shape, data: Array.from<number | bigint, number>(data, Number) };
    };
    const feeds = Object.entries(inputs).map(([name, key]) => feed(name, key));
    return Object.entries(losses(network.ignore_index)).map(([loss, options]) => ({
      name: `${network.name}/${loss}`,
      model,
      options: {
        ...options,
        optimizer: sgd({ momentum: 0.9 }),
        labelShape: network.label_shape,
        inputShapes: Object.fromEntries(feeds.map(({ name, shape }) => [name, shape])),
      },
      feeds: [...feeds, feed('labels', labels, 'int32')],
    }));
  });
  return (await Promise.all(cases)).flat();
}

/** Losses of class ids, with each way to compute Lovász weights. */
export function losses(
  ignoreIndex: number,
): Readonly<Record<string, Pick<TrainingGraphOptions, 'loss' | 'method'>>> {
  return {
    'cross-entropy': {
      loss: (backend, logits, labels) => crossEntropy(backend, logits, labels, { ignoreIndex }),
    },
    'lovasz-softmax-exact': {
      loss: (backend, logits, labels) => lovaszSoftmax(backend, logits, labels, { ignoreIndex }),
      method: 'exact',
    },
    'lovasz-softmax-histogram': {
      loss: (backend, logits, labels) => lovaszSoftmax(backend, logits, labels, { ignoreIndex }),
      method: 'histogram',
    },
  };
}

function missingIn(graph: TrainingGraph, profile: ProfileName): readonly string[] {
  return parts.flatMap((part) =>
    missingKernels(decodeModel(graph[part]), profile).map((missing) => `${part}: ${missing}`),
  );
}

/** The state at the start, the scalars, and numbers for the random inputs. */
function stateFeeds(model: ModelProto, graph: TrainingGraph): readonly Feed[] {
  const initial: Readonly<Record<string, Float32Array | undefined>> = { ...initialVectors(model, graph) };
  const float = (name: string, shape: readonly number[], data: ArrayLike<number>): Feed => ({
    name,
    dataType: 'float32',
    shape,
    data,
  });
  return [
    ...graph.state.map(({ name, length }) =>
      float(name, [length], initial[name] ?? new Float32Array(length)),
    ),
    ...graph.scalars.map((name) => float(name, [], [0.1])),
    ...graph.randomInputs.map(({ name, shape }) =>
      float(
        name,
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, place) => (place * 0.37) % 1),
      ),
    ),
  ];
}

function largestError(
  found: ReadonlyMap<string, Float64Array>,
  expected: ReadonlyMap<string, Float64Array>,
): number {
  const errors = [...expected].map(([name, entries]) => {
    const scale = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0.05);
    return largestDifference(found.get(name)!, entries) / scale;
  });
  return Math.max(...errors);
}
