import { binaryLosses, lossesByName, type LossName as CoreLossName } from '@lovasz/core';
import type { Setting } from '../settings/setting.js';
import { refuse } from '../settings/usage-error.js';

/** The losses that `--loss` knows: core's, and cross-entropy of each score by itself. */
export type LossName = CoreLossName | 'binary-cross-entropy';

/** The names of these losses. */
export const lossNames: readonly LossName[] = [
  ...(Object.keys(lossesByName) as CoreLossName[]),
  'binary-cross-entropy',
];

/** Those on scores that do not compete: each class against the rest, or one score per pixel. */
export const binaryLossNames = lossNames.filter(
  (name) => name === 'binary-cross-entropy' || binaryLosses.has(name),
);

/** How the losses to minimise are said, for a row of a table. */
export const lossSetting: Setting<readonly LossName[], object> = {
  flag: '--loss',
  placeholder: 'loss',
  help: `loss to minimise: ${lossNames.join(', ')}, or a sum such as a+b`,
  initial: () => ['cross-entropy', 'lovasz-softmax'],
  parse: parseLoss,
  format: (losses) => losses.join('+'),
};

/** Reads `--loss NAME[+NAME]`: the losses whose sum is minimised, each at most once. */
function parseLoss(text: string): LossName[] {
  const losses = text.split('+').map((part) => lossNames.find((name) => name === part) ?? refuseLoss(text));
  if (new Set(losses).size < losses.length) refuseLoss(text);
  return losses;
}

function refuseLoss(text: string): never {
  return refuse('--loss', text, `${lossNames.join(', ')}, or several joined by + (each at most once)`);
}
