import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jaccardWeights, kernelLoss, type JaccardMethod, type WorkerPool } from '@lovasz/core';
import { createWorkerPool } from '@lovasz/core/worker-pool';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Figure } from '../figures.js';
import { type LossPeer, startLossPeer } from '../loss-peer.js';
import { copyLossWork, createLossWork, type LossSettings, type LossWork } from '../loss-work.js';
import { median } from '../median.js';

/** Turns before the first that counts. The kernels have run before, for memory and accuracy. */
const warmUps = 1;

/** Between calls of the peer: its threads wait actively for more work for some time. */
const pauseMilliseconds = 50;

/** What is added to the logit of the label: 8 makes the probabilities those of a trained network. */
const distributions = [
  { title: 'random', boost: 0 },
  { title: 'trained', boost: 8 },
] as const;

/** The classes whose loss is computed again in float64: sorting all would take longer than the rest. */
const checkedClasses = [0, 1];

/** The number of pixels from which time per pixel should no longer grow. */
const fewPixels = 1_000_000;

/**
 * Measures the kernels of the Lovász-Softmax loss, value and gradient to probabilities; with a Python in turns with
 * PyTorch, so that both meet the same disturbances.
 *
 * @param options.manyPixels of one binary problem, whose time per pixel is compared with that of a million.
 */
export async function measureLoss(
  settings: LossSettings,
  options: {
    readonly repeats: number;
    readonly manyPixels: number;
    readonly python?: string | undefined;
  },
): Promise<readonly Figure[]> {
  const pools = { one: await createWorkerPool(1), two: await createWorkerPool(2) };
  let peer: LossPeer | undefined;
  try {
    if (options.python !== undefined) peer = await startLossPeer(options.python, settings);
    const figures: Figure[] = [];
    for (const { title, boost } of distributions) {
      const work = createLossWork(settings, boost);
      // The first calls take the memory that all later ones reuse.
      if (figures.length === 0) figures.push(...measureMemory(work, settings));
      figures.push(
        ...measureAccuracy(work, settings).map((figure) => titled(title, figure)),
        ...(await measureTime(work, boost, { ...options, pools, peer })).map((figure) =>
          titled(title, figure),
        ),
      );
    }
    figures.push(measureGrowth(options.manyPixels, options.repeats), measurePixels(options.manyPixels));
    if (peer !== undefined) {
      const [usual, rare] = peer.gradientErrors;
      const name = `PyTorch ${peer.version}: median error of weights`;
      figures.push(
        { name: `${name}, 30 % foreground`, value: usual, unit: 'of the weight' },
        { name: `${name}, 1 % foreground`, value: rare, unit: 'of the weight' },
      );
    }
    return figures;
  } finally {
    await peer?.close();
    await Promise.all(Object.values(pools).map((pool) => pool.close()));
  }
}

function titled(title: string, figure: Figure): Figure {
  return { ...figure, name: `${title}: ${figure.name}` };
}

function evaluate(
  work: LossWork,
  method: JaccardMethod,
  pool?: WorkerPool,
  classes?: readonly number[],
): number {
  const { probabilities, labels, gradient } = work;
  const options = { method, gradient, pool, classes, input: 'probabilities' as const };
  return kernelLoss('lovasz-softmax', probabilities, labels, options).value;
}

/** The memory that a first call takes beyond input and gradient: arrays, or what the process has grown by. */
function measureMemory(work: LossWork, { batch, classes, size }: LossSettings): Figure[] {
  // Memory that nothing has been written to does not exist yet.
  work.gradient.fill(1);
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  return (['exact', 'histogram'] as const).map((method) => {
    collectGarbage();
    const before = process.memoryUsage();
    evaluate(work, method);
    const after = process.memoryUsage();
    const taken = Math.max(0, after.arrayBuffers - before.arrayBuffers, after.rss - before.rss);
    return {
      name: `${method}, extra memory`,
      value: taken / (batch * classes * size * size),
      unit: 'bytes per pixel and class',
      must: 3,
    };
  });
}

/** Value and gradient against float64 of the reference, over {@link checkedClasses}. */
function measureAccuracy(work: LossWork, { batch, classes, size }: LossSettings): Figure[] {
  const pixels = size * size;
  const truth = checkedClasses.map((id) => {
    const foreground = work.labels.data.map((label) => Number(label === id));
    const errors = Float64Array.from(foreground, (isForeground, pixel) => {
      const image = Math.floor(pixel / pixels);
      const probability = work.probabilities.data[(image * classes + id) * pixels + (pixel % pixels)]!;
      return isForeground ? 1 - probability : probability;
    });
    const weights = jaccardWeights(errors, foreground);
    return { weights, foreground, loss: weights.reduce((sum, weight, i) => sum + weight * errors[i]!, 0) };
  });
  const loss = truth.reduce((sum, each) => sum + each.loss, 0) / checkedClasses.length;
  return (['histogram', 'exact'] as const).flatMap((method): Figure[] => {
    const value = evaluate(work, method, undefined, checkedClasses);
    const distances = truth.map(({ weights, foreground }, place) => {
      let [dot, ours, theirs] = [0, 0, 0];
      for (let pixel = 0; pixel < batch * pixels; pixel++) {
        const image = Math.floor(pixel / pixels);
        const entry = work.gradient[(image * classes + checkedClasses[place]!) * pixels + (pixel % pixels)]!;
        const expected = foreground[pixel] === 1 ? -weights[pixel]! : weights[pixel]!;
        dot += entry * expected;
        ours += entry * entry;
        theirs += expected * expected;
      }
      return 1 - dot / Math.sqrt(ours * theirs);
    });
    return [
      {
        name: `${method}, error of the loss`,
        value: Math.abs(value / loss - 1),
        unit: 'of float64',
        must: 1e-6,
        aim: 1e-8,
      },
      {
        name: `${method}, 1 − cosine of the gradient`,
        value: Math.max(...distances),
        unit: 'to float64',
        must: 1e-6,
        aim: 1e-8,
      },
    ];
  });
}

async function measureTime(
  work: LossWork,
  boost: number,
  {
    repeats,
    pools: { one, two },
    peer,
  }: {
    repeats: number;
    pools: { readonly one: WorkerPool; readonly two: WorkerPool };
    peer: LossPeer | undefined;
  },
): Promise<Figure[]> {
  const timed = (act: () => void): number => {
    const start = performance.now();
    act();
    return (performance.now() - start) / 1000;
  };
  const ofOne = copyLossWork(work, one.float32Array);
  const ofTwo = copyLossWork(work, two.float32Array);
  const calls: Record<string, () => number | Promise<number>> = {
    'histogram, 1 thread': () => timed(() => evaluate(work, 'histogram')),
    'histogram in place, 1 thread': () => timed(() => evaluate(ofOne, 'histogram', one)),
    'histogram, 2 threads': () => timed(() => evaluate(work, 'histogram', two)),
    'histogram in place, 2 threads': () => timed(() => evaluate(ofTwo, 'histogram', two)),
    'exact, 1 thread': () => timed(() => evaluate(work, 'exact')),
    'exact, 2 threads': () => timed(() => evaluate(work, 'exact', two)),
  };
  if (peer !== undefined) {
    const measure = async (loss: 'lovasz-softmax' | 'cross-entropy', threads: number): Promise<number> => {
      const seconds = await peer.measure({ loss, threads, boost });
      await pause(pauseMilliseconds);
      return seconds;
    };
    calls['PyTorch Lovász-Softmax, 1 thread'] = () => measure('lovasz-softmax', 1);
    calls['PyTorch Lovász-Softmax, 2 threads'] = () => measure('lovasz-softmax', 2);
    calls['PyTorch cross-entropy, 2 threads'] = () => measure('cross-entropy', 2);
  }
  const seconds = new Map(Object.keys(calls).map((name) => [name, [] as number[]]));
  for (let repeat = -warmUps; repeat < repeats; repeat++) {
    for (const [name, call] of Object.entries(calls)) {
      const taken = await call();
      if (repeat >= 0) seconds.get(name)!.push(taken);
    }
  }
  const figures: Figure[] = [...seconds].map(([name, taken]) => ({
    name,
    value: 1000 * median(taken),
    unit: 'ms',
  }));
  if (peer === undefined) return figures;
  // Calls of one turn are compared: a disturbance that lasts for several calls leaves the ratio alone.
  const ratio = (ours: string, theirs: string, must: number, aim?: number): Figure => ({
    name: `${ours} / ${theirs}`,
    value: median(seconds.get(ours)!.map((taken, place) => taken / seconds.get(theirs)![place]!)),
    unit: '',
    must,
    ...(aim === undefined ? {} : { aim }),
  });
  const ofHistogram = ['histogram', 'histogram in place'].flatMap((name) => [
    ratio(`${name}, 1 thread`, 'PyTorch Lovász-Softmax, 1 thread', 1 / 30, 1 / 60),
    ratio(`${name}, 2 threads`, 'PyTorch Lovász-Softmax, 2 threads', 1 / 60, 1 / 100),
    ratio(`${name}, 2 threads`, 'PyTorch cross-entropy, 2 threads', 1),
  ]);
  return [
    ...figures,
    ...ofHistogram,
    ratio('exact, 1 thread', 'PyTorch Lovász-Softmax, 1 thread', 1 / 5, 1 / 8),
  ];
}

/** Time per pixel of one binary problem with 1 % foreground, of many pixels against a million. */
function measureGrowth(manyPixels: number, repeats: number): Figure {
  const perPixel = (pixels: number): (() => number) => {
    const data = Float32Array.from({ length: pixels }, Math.random);
    const labels = Uint8Array.from(data, (_, pixel) => Number(pixel % 100 === 0));
    const gradient = new Float32Array(pixels);
    const options = { method: 'histogram', gradient, input: 'probabilities' } as const;
    return () => {
      const start = performance.now();
      kernelLoss('lovasz-sigmoid', { data, shape: [pixels] }, { data: labels, shape: [pixels] }, options);
      return (performance.now() - start) / pixels;
    };
  };
  const few = perPixel(fewPixels);
  const many = perPixel(manyPixels);
  few();
  const ratios = Array.from({ length: Math.min(repeats, 5) }, () => {
    const ofFew = median(Array.from({ length: 9 }, few));
    return many() / ofFew;
  });
  return { name: 'time per pixel, many / one million', value: median(ratios), unit: '', must: 1.3 };
}

/** Errors of {@link measurePixels} are multiples of its inverse: all that a float32 in ½…1 can be. */
const steps = 2 ** 24;

/**
 * The gradient of `exact` at each of many pixels with 1 % foreground, against the weights in float64 from counts by
 * error.
 */
function measurePixels(pixels: number): Figure {
  const data = new Float32Array(pixels);
  const labels = new Uint8Array(pixels);
  const counts = [new Uint32Array(steps + 1), new Uint32Array(steps + 1)] as const;
  const random = xoroshiro128plus(1);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const step = uniformInt(random, 0, steps);
    const label = pixel % 100 === 0 ? 1 : 0;
    labels[pixel] = label;
    data[pixel] = (label === 1 ? steps - step : step) / steps;
    counts[label][step]! += 1;
  }
  const [background, foreground] = counts;
  const weights = [new Float64Array(steps + 1), new Float64Array(steps + 1)] as const;
  let intersection = foreground.reduce((sum, count) => sum + count, 0);
  let union = intersection;
  for (let step = steps; step >= 0; step--) {
    // The mean of the weights that pixels of one error have if foreground comes first, and if background does.
    const below = union + background[step]!;
    const left = intersection - foreground[step]!;
    weights[0][step] = (intersection + left) / (2 * union * below);
    weights[1][step] = (1 / union + 1 / below) / 2;
    union = below;
    intersection = left;
  }
  const { gradient } = kernelLoss(
    'lovasz-sigmoid',
    { data, shape: [pixels] },
    { data: labels, shape: [pixels] },
    { method: 'exact', input: 'probabilities' },
  );
  let worst = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const label = labels[pixel] as 0 | 1;
    const error = label === 1 ? 1 - data[pixel]! : data[pixel]!;
    const expected = (2 * label - 1) * -weights[label][error * steps]!;
    const difference = Math.abs(gradient.data[pixel]! - expected);
    if (difference > 0) worst = Math.max(worst, difference / Math.abs(expected));
  }
  return {
    name: 'exact, error of the gradient at each of many pixels',
    value: worst,
    unit: 'of it',
    must: 1e-6,
  };
}
