import type { LayoutOptions } from '@lovasz/onnx';
import { namePatterns } from './name-patterns.js';
import type { Setting, SettingsTable } from './setting.js';

/** Which tensors of a network are trained, and which are one. In names, `*` stands for any text. */
export interface ParameterSettings {
  /** Trained too, of what the rule leaves out. */
  readonly trainable: readonly string[];
  /** Not trained. */
  readonly frozen: readonly string[];
  /** Kept one: `NAME`, `NAME=OTHER` or `equal`. */
  readonly tie: readonly string[];
  /** Taken apart. */
  readonly untie: readonly string[];
}

/** Several are given one by one, or as lines: as a run writes them down. */
const list = {
  initial: () => [],
  parse: (text, before = []) => [...before, ...text.split('\n')],
  format: (names) => names.join('\n'),
} satisfies Partial<Setting<readonly string[], object>>;

export const parameterSettings: SettingsTable<ParameterSettings> = {
  trainable: {
    flag: '--trainable',
    placeholder: 'names',
    help: 'train these too, which lovasz inspect lists as not trained; * stands for any text (repeatable)',
    ...list,
  },
  frozen: {
    flag: '--frozen',
    placeholder: 'names',
    help: 'parameters that stay as they are; * stands for any text (repeatable)',
    ...list,
  },
  tie: {
    flag: '--tie',
    placeholder: 'tensors',
    help: 'keep one: NAME, which would be taken apart; NAME=OTHER of equal entries; or all that are equal (repeatable)',
    ...list,
  },
  untie: {
    flag: '--untie',
    placeholder: 'name',
    help: 'take the uses of a parameter apart, each a tensor of its own (repeatable)',
    ...list,
  },
};

/**
 * The settings as `@lovasz/onnx` takes them, with a check to be called once they have been used.
 *
 * @returns `refuseIdle`, which throws UsageError for a pattern that named nothing.
 */
export function layoutOptions({ trainable, frozen, tie, untie }: ParameterSettings): {
  readonly layout: Required<LayoutOptions>;
  readonly refuseIdle: () => void;
} {
  const added = namePatterns('--trainable', trainable);
  const removed = namePatterns('--frozen', frozen);
  return {
    layout: {
      trainable: (name, byDefault) => added.matches(name) || byDefault,
      frozen: removed.matches,
      tie,
      untie,
    },
    refuseIdle: () => {
      added.refuseIdle();
      removed.refuseIdle();
    },
  };
}
