import { Option, type Command } from 'commander';
import type { LayoutOptions } from '@lovasz/onnx';
import { namePatterns } from './name-patterns.js';

/** Which tensors of a network are trained, and which are one. In names, `*` stands for any text. */
export interface ParameterOptions {
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
const collect = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split('\n'),
];

/** Declares what may be said of a network's parameters; read it back with {@link readParameterOptions}. */
export function addParameterOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--trainable <names>',
        'train these too, which lovasz inspect lists as not trained; * stands for any text (repeatable)',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--frozen <names>',
        'parameters that stay as they are; * stands for any text (repeatable)',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--tie <tensors>',
        'keep one: NAME, which would be taken apart; NAME=OTHER of equal entries; or all that are equal (repeatable)',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--untie <name>',
        'take the uses of a parameter apart, each a tensor of its own (repeatable)',
      ).argParser(collect),
    );
}

/** Reads the options declared by {@link addParameterOptions}. */
export function readParameterOptions(command: Command): ParameterOptions {
  const { trainable = [], frozen = [], tie = [], untie = [] } = command.opts<Partial<ParameterOptions>>();
  return { trainable, frozen, tie, untie };
}

/**
 * The options as `@lovasz/onnx` takes them, with a check to be called once they have been used.
 *
 * @returns `refuseIdle`, which throws UsageError for a pattern that named nothing.
 */
export function layoutOptions({ trainable, frozen, tie, untie }: ParameterOptions): {
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
