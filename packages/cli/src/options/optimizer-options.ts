import { Option, type Command } from 'commander';
import { parseChoice } from './choice.js';
import { belowOne, nonNegative, parseNumber, positive } from './number.js';
import { UsageError } from './usage-error.js';

const optimizerNames = ['sgd', 'adam'] as const;

/**
 * What is used where the command line is silent. SGD: momentum and weight decay of Section 4.3 of the paper, with a
 * learning rate for training from scratch (the paper's own 2.5e-4 is for fine-tuning). Adam: as ENet's authors.
 */
const optimizerDefaults = {
  sgd: { learningRate: 0.01, weightDecay: 5e-4 },
  adam: { learningRate: 5e-4, weightDecay: 2e-4 },
} as const;

const defaultMomentum = 0.9;

export type OptimizerChoice = { readonly kind: 'sgd'; readonly momentum: number } | { readonly kind: 'adam' };

/** How weights are updated. */
export interface OptimizerOptions {
  readonly optimizer: OptimizerChoice;
  /** The learning rate of the first step. */
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** What commander collects from the declarations below. */
interface ParsedOptions {
  optimizer: (typeof optimizerNames)[number];
  lr?: number;
  momentum?: number;
  weightDecay?: number;
}

/** Declares the options of the optimizer on a command; read them back with {@link readOptimizerOptions}. */
export function addOptimizerOptions(command: Command): Command {
  const { sgd, adam } = optimizerDefaults;
  return command
    .addOption(
      new Option('--optimizer <name>', optimizerNames.join(' or '))
        .argParser((text) => parseChoice('--optimizer', text, optimizerNames))
        .default('adam', 'adam'),
    )
    .addOption(
      new Option(
        '--lr <rate>',
        `learning rate of the first step (default: ${adam.learningRate} with adam, ${sgd.learningRate} with sgd)`,
      ).argParser((text) => parseNumber('--lr', text, positive)),
    )
    .addOption(
      new Option('--momentum <factor>', `momentum of sgd (default: ${defaultMomentum})`).argParser((text) =>
        parseNumber('--momentum', text, belowOne),
      ),
    )
    .addOption(
      new Option(
        '--weight-decay <factor>',
        `weight decay (default: ${adam.weightDecay} with adam, ${sgd.weightDecay} with sgd)`,
      ).argParser((text) => parseNumber('--weight-decay', text, nonNegative)),
    );
}

/**
 * Reads the options declared by {@link addOptimizerOptions}, with the defaults that hang on the optimizer.
 *
 * @throws UsageError for a momentum without sgd.
 */
export function readOptimizerOptions(command: Command): OptimizerOptions {
  const parsed = command.opts<ParsedOptions>();
  if (parsed.momentum !== undefined && parsed.optimizer !== 'sgd') {
    throw new UsageError(
      `--momentum: ${parsed.momentum} given with --optimizer ${parsed.optimizer}; accepted: only with sgd`,
    );
  }
  const defaults = optimizerDefaults[parsed.optimizer];
  return {
    optimizer:
      parsed.optimizer === 'sgd'
        ? { kind: 'sgd', momentum: parsed.momentum ?? defaultMomentum }
        : { kind: 'adam' },
    learningRate: parsed.lr ?? defaults.learningRate,
    weightDecay: parsed.weightDecay ?? defaults.weightDecay,
  };
}
