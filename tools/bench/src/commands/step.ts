import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from '../figures.js';
import { median } from '../median.js';
import { createOurStep } from '../ours.js';
import { startStepPeer, type StepPeer } from '../step-peer.js';
import type { StepSettings } from '../step-settings.js';

/** Steps that are taken before the first that counts: memory is laid out, caches fill. */
const warmUps = 3;

/** Between turns: threads that wait actively for more work keep a core for some time after a step. */
const pauseMilliseconds = 100;

/**
 * Measures one training step; with a Python, in turns with the same network there, so that both meet the same
 * disturbances.
 *
 * @throws Error when both networks do not have the same number of parameters.
 */
export async function measureStep(
  settings: StepSettings,
  options: { readonly repeats: number; readonly python?: string | undefined },
): Promise<readonly Figure[]> {
  const ours = await createOurStep(settings);
  let theirs: StepPeer | undefined;
  try {
    if (options.python !== undefined) theirs = await startStepPeer(options.python, settings);
    if (theirs !== undefined && theirs.parameters !== ours.parameters) {
      throw new Error(
        `${settings.model} has ${ours.parameters} parameters here, but ${theirs.parameters} in PyTorch: these are different networks`,
      );
    }
    const seconds: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let repeat = -warmUps; repeat < options.repeats; repeat++) {
      const start = performance.now();
      await ours.step();
      const taken = (performance.now() - start) / 1000;
      if (theirs !== undefined) await pause(pauseMilliseconds);
      const takenThere = await theirs?.step();
      if (theirs !== undefined) await pause(pauseMilliseconds);
      if (repeat < 0) continue;
      seconds.ours.push(taken);
      if (takenThere !== undefined) seconds.theirs.push(takenThere);
    }
    const figures: Figure[] = [
      { name: 'parameters', value: ours.parameters, unit: '' },
      { name: 'step', value: 1000 * median(seconds.ours), unit: 'ms' },
    ];
    if (theirs === undefined) return figures;
    // Each step is compared with its neighbour: a disturbance that lasts for several steps leaves the ratio alone.
    const ratios = seconds.ours.map((taken, place) => taken / seconds.theirs[place]!);
    return [
      ...figures,
      { name: `step in PyTorch ${theirs.version}`, value: 1000 * median(seconds.theirs), unit: 'ms' },
      { name: 'step ratio', value: median(ratios), unit: 'ours / PyTorch', aim: 1 },
    ];
  } finally {
    await theirs?.close();
    await ours.close();
  }
}
