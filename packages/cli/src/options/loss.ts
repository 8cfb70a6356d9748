import { lossesByName, type LossName } from '@lovasz/core';
import { refuse } from './usage-error.js';

export type { LossName };

/** The losses that `--loss` knows: all of core's. */
export const lossNames = Object.keys(lossesByName) as readonly LossName[];

/** Reads `--loss NAME[+NAME]`: the losses whose sum is minimised, each at most once. */
export function parseLoss(text: string): LossName[] {
  const losses = text.split('+').map((part) => lossNames.find((name) => name === part) ?? refuseLoss(text));
  if (new Set(losses).size < losses.length) refuseLoss(text);
  return losses;
}

function refuseLoss(text: string): never {
  return refuse('--loss', text, `${lossNames.join(', ')}, or several joined by + (each at most once)`);
}
