import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  CityscapesCounts,
  ClassIndex,
  classIou,
  ConfusionMatrix,
  countBoundary,
  decideLabels,
  equibatch,
  SampleStream,
} from '@lovasz/evaluation';
import { type EvaluationCall, type EvaluationPeer, startEvaluationPeer } from '../evaluation-peer.js';
import type { Figure } from '../figures.js';
import { median } from '../median.js';
import { createSyntheticFrame, type SyntheticFrame } from '../synthetic-frame.js';

/** Classes of a frame. */
const numClasses = 19;

/** Classes of the decision by expected IoU. */
const decidedClasses = 21;

/** What is measured. */
export interface EvaluationSettings {
  readonly width: number;
  readonly height: number;
  /** Pixels of the decision by expected IoU. */
  readonly pixels: number;
  /** Images of the index that is drawn from. */
  readonly images: number;
}

/**
 * Measures metrics, a decision and a sampler, on one thread; with a Python in turns with other libraries, so that both meet
 * the same disturbances. What both compute of a frame must be equal.
 *
 * @throws Error when a peer counts otherwise.
 */
export async function measureEvaluation(
  settings: EvaluationSettings,
  { repeats, python }: { readonly repeats: number; readonly python?: string | undefined },
): Promise<readonly Figure[]> {
  const frame = createSyntheticFrame(settings.width, settings.height);
  const folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'));
  let peer: EvaluationPeer | undefined;
  try {
    if (python !== undefined) peer = await startEvaluationPeer(python, await writeFrame(folder, frame));
    const figures = await measureFrame(frame, repeats, peer);
    return [...figures, measureDecision(settings.pixels, repeats), measureDraws(settings.images, repeats)];
  } finally {
    await peer?.close();
    await rm(folder, { recursive: true });
  }
}

async function writeFrame(folder: string, { width, height, ...parts }: SyntheticFrame): Promise<object> {
  const files: Record<string, string> = {};
  for (const [name, pixels] of Object.entries(parts)) {
    files[name] = join(folder, name);
    await writeFile(files[name], new Uint8Array(pixels.buffer));
  }
  return { width, height, classes: numClasses, files };
}

function timed<T>(act: () => T): { readonly seconds: number; readonly value: T } {
  const start = performance.now();
  const value = act();
  return { seconds: (performance.now() - start) / 1000, value };
}

/** Calls of this project in one turn, whose mean is taken: they are short beside what else a busy machine does. */
const callsPerTurn = 5;

/** A part of a frame's evaluation, with the peers that compute the same. */
interface Work {
  readonly name: string;
  readonly act: () => unknown;
  /** By what share of the peer's time it must do, and in which words the peer stands. */
  readonly peers: readonly { readonly call: EvaluationCall; readonly words: string; readonly must: number }[];
}

async function measureFrame(
  frame: SyntheticFrame,
  repeats: number,
  peer: EvaluationPeer | undefined,
): Promise<Figure[]> {
  const { width, height, labels, predictions, labelIds, predictedIds, instanceIds } = frame;
  const versions = peer?.versions;
  const works: readonly Work[] = [
    {
      name: 'confusion matrix',
      act: () =>
        new ConfusionMatrix({ numClasses, ignoreIndex: 255 }).add(labels, predictions).toJSON().counts,
      peers: [
        { call: 'numpy', words: `numpy ${versions?.numpy} bincount`, must: 1 / 8 },
        { call: 'torchmetrics', words: `torchmetrics ${versions?.torchmetrics}`, must: 1 / 5 },
      ],
    },
    {
      name: 'Boundary IoU',
      act: () =>
        classIou.of(countBoundary(labels, predictions, { numClasses, ignoreIndex: 255, width, height })),
      peers: [{ call: 'boundary', words: `erosions by OpenCV ${versions?.opencv}`, must: 1 / 5 }],
    },
    {
      name: 'Cityscapes evaluation',
      act: () => new CityscapesCounts().add(labelIds, predictedIds, instanceIds).confusion.toJSON().counts,
      peers: [{ call: 'cityscapes', words: 'the official script without its C path', must: 1 / 3 }],
    },
  ];
  const figures: Figure[] = [];
  for (const { name, act, peers } of works) {
    const taken: number[] = [];
    const ratios = peers.map((): number[] => []);
    // The first turn warms up.
    for (let repeat = -1; repeat < repeats; repeat++) {
      const calls = Array.from({ length: callsPerTurn }, () => timed(act));
      const seconds = calls.reduce((sum, call) => sum + call.seconds, 0) / callsPerTurn;
      if (repeat >= 0) taken.push(seconds);
      for (const [place, { call, words }] of peers.entries()) {
        if (peer === undefined) continue;
        const theirs = await peer.measure(call);
        if (repeat >= 0) ratios[place]!.push(seconds / theirs.seconds);
        else checkSame(`${name} of ${words}`, calls[0]!.value, theirs.value);
      }
    }
    figures.push({ name: `${name}, ${width} × ${height}`, value: 1000 * median(taken), unit: 'ms' });
    for (const [place, { words, must }] of peers.entries()) {
      if (peer !== undefined) {
        figures.push({ name: `${name} / ${words}`, value: median(ratios[place]!), unit: '', must });
      }
    }
  }
  return figures;
}

/** Counts and ratios of counts are the same to the last digit; NaN is `null` in JSON. */
function checkSame(what: string, ours: unknown, theirs: unknown): void {
  const [mine, other] = [ours, theirs].map((value) => JSON.stringify(value));
  if (mine !== other) throw new Error(`${what} is ${other?.slice(0, 200)}; ours is ${mine?.slice(0, 200)}`);
}

/** The labels of the largest expected mean IoU, of probabilities with one likely class at most pixels. */
function measureDecision(pixels: number, repeats: number): Figure {
  const probabilities = new Float32Array(pixels * decidedClasses);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const likely = Math.floor(Math.random() * decidedClasses);
    const share = 0.3 + 0.6 * Math.random();
    for (let id = 0; id < decidedClasses; id++) {
      probabilities[id * pixels + pixel] = id === likely ? share : (1 - share) / (decidedClasses - 1);
    }
  }
  decideLabels(probabilities, decidedClasses);
  const taken = Array.from({ length: repeats }, () => {
    const before = process.cpuUsage();
    decideLabels(probabilities, decidedClasses);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return {
    name: `expected-IoU decision, ${pixels} pixels × ${decidedClasses} classes`,
    value: median(taken),
    unit: 's of processor time',
    must: 0.3,
  };
}

/** The time of a draw of equibatch. */
function measureDraws(images: number, repeats: number): Figure {
  const index = new ClassIndex({
    numClasses,
    images: Array.from({ length: images }, (_, id) => {
      const holds = (classId: number) => id % (classId + 1) === 0;
      const ids = Array.from({ length: numClasses }, (_, classId) => classId);
      return {
        id,
        width: 2048,
        height: 1024,
        hash: id.toString(16).padStart(16, '0'),
        counts: ids.map((classId) => (holds(classId) ? 1000 : 0)),
        points: ids.map((classId) => (holds(classId) ? [1, 2, 3, 4] : [])),
      };
    }),
  });
  const stream = new SampleStream(equibatch(index));
  const draws = 5000;
  const taken = Array.from({ length: repeats + 1 }, () =>
    timed(() => {
      for (let draw = 0; draw < draws; draw++) stream.draw();
    }),
  );
  return {
    name: `equibatch, one draw from an index of ${images} images`,
    value: (1e6 * median(taken.slice(1).map(({ seconds }) => seconds))) / draws,
    unit: 'µs',
    must: 20,
  };
}
