import { InvalidArgumentError } from 'commander';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crossEntropy } from '@lovasz/core';
import { enet, unet } from '@lovasz/models';
import { buildTrainingGraph, decodeModel, sgd, type ModelProto } from '@lovasz/onnx';
import type { InferenceSession } from '@lovasz/onnxruntime/runtime';
import type { Figure } from '../figures.js';
import { median } from '../median.js';
import { openMemoryProcess, type MemoryProcess } from '../memory-process.js';
import type { Opening } from '../memory-work.js';
import { stepTensors } from '../step-tensors.js';
import { ignoreIndex, syntheticBatch } from '../synthetic-batch.js';

/** By how much the plan may be off, in per cent of what is measured. */
const tolerance = 20;

const mebibyte = 2 ** 20;

/** What is measured of each network. */
export interface MemorySettings {
  readonly batch: number;
  readonly width: number;
  readonly height: number;
  /** Runs of each kind. */
  readonly repeats: number;
  /** A folder with the exported networks of `golden/onnx/models`, which are left out when it is not there. */
  readonly models?: string;
}

interface Network {
  readonly name: string;
  readonly model: ModelProto;
  readonly classes: number;
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
}

/**
 * Compares what `planMemory` foretells of a training step with what ONNX Runtime's CPU provider takes, with the
 * activations kept and computed again.
 *
 * Each step runs in a process of its own. Planned and measured are what a run takes beyond the session and the tensors
 * that the caller passes in. It is measured without the runtime's arena, which takes memory ahead in blocks and keeps
 * what it has: without it, every buffer is resident from when it is taken until it is freed. Beside that, the first run
 * with the arena, as the Trainer has it. Times are processor time of one thread,
 * with the arena, the two graphs in turns.
 *
 * @param complain is told what is left out, and why.
 * @throws InvalidArgumentError on other systems than Linux.
 */
export async function measureMemory(
  settings: MemorySettings,
  complain: (line: string) => void,
): Promise<readonly Figure[]> {
  if (process.platform !== 'linux') {
    throw new InvalidArgumentError(
      `memory is measured by /proc/self/status of Linux; this is ${process.platform}`,
    );
  }
  const figures: Figure[] = [];
  for (const network of await networksOf(settings, complain)) {
    figures.push(...(await measureNetwork(network, settings)));
  }
  return figures;
}

async function networksOf(
  { batch, width, height, models }: MemorySettings,
  complain: (line: string) => void,
): Promise<readonly Network[]> {
  const [few, many] = [5, 11];
  const size = { width, height, batch, seed: 1 };
  const shape = [batch, 3, height, width] as const;
  const ours: readonly Network[] = [
    { name: 'U-Net', model: unet({ classCount: few, ...size }), classes: few, shape },
    { name: 'ENet', model: enet({ classCount: many, ...size }), classes: many, shape },
  ];
  if (models === undefined) return ours;
  const found = await access(models).then(
    () => true,
    () => false,
  );
  if (!found) {
    complain(`${models} is not there: its networks are left out`);
    return ours;
  }
  // The last one was exported for one size of image.
  const exported = [
    { file: 'fcn_dynamic', shape },
    { file: 'unet', shape },
    { file: 'deeplabv3', shape: [16 * batch, 3, 26, 30] as const },
  ];
  const read = exported.map(async ({ file, shape }): Promise<Network> => {
    const model = openInputs(decodeModel(await readFile(join(models, `${file}.onnx`))));
    return { name: `${file}.onnx`, model, classes: few, shape };
  });
  return [...ours, ...(await Promise.all(read))];
}

/** Leaves the shape of the inputs open, which the exporter wrote down as it was in its example. */
function openInputs(model: ModelProto): ModelProto {
  for (const { name, type } of model.graph!.input) {
    if (type?.value.case !== 'tensorType') continue;
    type.value.value.shape?.dim.forEach((dimension, axis) => {
      dimension.value = { case: 'dimParam', value: `${name}_${axis}` };
    });
  }
  return model;
}

async function measureNetwork(network: Network, settings: MemorySettings): Promise<Figure[]> {
  const { name } = network;
  const { repeats } = settings;
  const sessions: InferenceSession.SessionOptions = { intraOpNumThreads: 1, enableMemPattern: false };
  const trainers: MemoryProcess[] = [];
  try {
    const variants: { figures: Figure[]; measured: number }[] = [];
    for (const recompute of [1, 'auto'] as const) {
      const { opening, planned } = openingOf(network, recompute);
      const peaks = await measuredPeaks({ ...sessions, enableCpuMemArena: false }, opening, repeats);
      const trainer = await openMemoryProcess({ ...opening, options: sessions });
      trainers.push(trainer);
      // The arena keeps what the first run takes.
      const { grownBytes: withArena } = await trainer.run();
      const title = `${name}, ${recompute === 'auto' ? 'recomputed' : 'kept'}`;
      variants.push({
        measured: median(peaks),
        figures: memoryFigures(title, { planned, peaks, withArena }),
      });
    }
    const [kept, recomputed] = variants as [(typeof variants)[0], (typeof variants)[0]];
    const [keeps, recomputes] = await timesInTurns(trainers, repeats);
    return [
      ...kept.figures,
      ...recomputed.figures,
      {
        name: `${name}: measured, recomputed / kept`,
        value: recomputed.measured / kept.measured,
        unit: '',
      },
      { name: `${name}: step, kept`, value: 1000 * median(keeps!), unit: 'ms' },
      { name: `${name}: step, recomputed`, value: 1000 * median(recomputes!), unit: 'ms' },
      {
        name: `${name}: step, recomputed / kept`,
        value: median(keeps!.map((seconds, turn) => recomputes![turn]! / seconds)),
        unit: '',
      },
    ];
  } finally {
    await Promise.all(trainers.map((trainer) => trainer.close()));
  }
}

/** What a step takes, in bytes. */
export interface MeasuredStep {
  readonly planned: number;
  /** Of each run without the arena. */
  readonly peaks: readonly number[];
  readonly withArena: number;
}

/** A measured step as figures: the plan is judged by the median of the runs. */
export function memoryFigures(title: string, { planned, peaks, withArena }: MeasuredStep): Figure[] {
  const measured = median(peaks);
  const spread = (Math.max(...peaks) - Math.min(...peaks)) / measured;
  return [
    { name: `${title}: planned`, value: planned / mebibyte, unit: 'MiB' },
    { name: `${title}: measured`, value: measured / mebibyte, unit: 'MiB' },
    { name: `${title}: spread of the runs`, value: 100 * spread, unit: '%' },
    { name: `${title}: planned / measured`, value: planned / measured, unit: '' },
    {
      name: `${title}: error of the plan`,
      value: 100 * Math.abs(planned / measured - 1),
      unit: '%',
      must: tolerance,
    },
    { name: `${title}: measured with the arena`, value: withArena / mebibyte, unit: 'MiB' },
  ];
}

/** A step of the network, and its planned peak in bytes. */
function openingOf(
  { model, classes, shape }: Network,
  recompute: 1 | 'auto',
): { readonly opening: Omit<Opening, 'options'>; readonly planned: number } {
  const optimizer = sgd({ momentum: 0.9 });
  const [batch, , height, width] = shape;
  const graph = buildTrainingGraph(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels, { ignoreIndex }),
    optimizer,
    inputShapes: { [model.graph!.input[0]!.name]: shape },
    recompute,
  });
  const tensors = stepTensors(model, graph, optimizer, syntheticBatch({ batch, height, width, classes }));
  return { opening: { step: graph.step, ...tensors }, planned: graph.memory.peak };
}

/** What runs take, each in a process of its own. A run before it has loaded the code. */
async function measuredPeaks(
  options: InferenceSession.SessionOptions,
  opening: Omit<Opening, 'options'>,
  repeats: number,
): Promise<readonly number[]> {
  const grown: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const runner = await openMemoryProcess({ ...opening, options });
    try {
      await runner.run();
      grown.push((await runner.run()).grownBytes);
    } finally {
      await runner.close();
    }
  }
  return grown;
}

/** The seconds of runs that follow each other, of each process. */
async function timesInTurns(
  runners: readonly MemoryProcess[],
  repeats: number,
): Promise<readonly (readonly number[])[]> {
  const seconds = runners.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [place, runner] of runners.entries())
      seconds[place]!.push((await runner.run()).processorSeconds);
  }
  return seconds;
}
