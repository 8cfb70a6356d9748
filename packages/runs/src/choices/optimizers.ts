import { adam, rmsprop, sgd, type Optimizer } from '@lovasz/onnx';
import { namesOf, parseChoice } from '../settings/choice.js';
import { belowOne, nonNegative, numberOf, positive } from '../settings/number.js';
import type { SettingsTable } from '../settings/setting.js';
import { UsageError } from '../settings/usage-error.js';

/** What an update rule may be told. */
interface UpdateSettings {
  /** Of those that have one. */
  readonly momentum: number | undefined;
  readonly weightDecay: number;
}

/** An update rule with what is used where nothing is said. */
interface OptimizerChoice {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Undefined: the rule has none, and giving one is refused. */
  readonly momentum?: number;
  create(settings: UpdateSettings): Optimizer;
}

/** The update rules by name, in the order of help. */
const optimizers = {
  // Momentum and weight decay of Section 4.3 of the paper, with a learning rate for training from scratch (the paper's own
  // 2.5e-4 is for fine-tuning).
  sgd: {
    learningRate: 0.01,
    weightDecay: 5e-4,
    momentum: 0.9,
    create: ({ momentum = 0, weightDecay }) => sgd({ momentum, weightDecay }),
  },
  // As ENet's authors.
  adam: { learningRate: 5e-4, weightDecay: 2e-4, create: ({ weightDecay }) => adam({ weightDecay }) },
  // The learning rate that Keras has for it; weight decay as with Adam.
  rmsprop: { learningRate: 1e-3, weightDecay: 2e-4, create: ({ weightDecay }) => rmsprop({ weightDecay }) },
} satisfies Readonly<Record<string, OptimizerChoice>>;

/** The name of an update rule. */
export type OptimizerName = keyof typeof optimizers;

const optimizerNames = namesOf(optimizers);
const choiceOf = (name: OptimizerName): OptimizerChoice => optimizers[name];

/** How weights are updated. */
export interface OptimizerSettings {
  readonly optimizer: OptimizerName;
  /** The learning rate of the first step. */
  readonly learningRate: number;
  /** Undefined with an optimizer that has none. */
  readonly momentum: number | undefined;
  readonly weightDecay: number;
}

/** A default of each optimizer in words. */
function eachInitial(key: 'learningRate' | 'weightDecay' | 'momentum'): string {
  return optimizerNames
    .flatMap((name) => {
      const value = choiceOf(name)[key];
      return value === undefined ? [] : [`${value} with ${name}`];
    })
    .join(', ');
}

export const optimizerSettings: SettingsTable<OptimizerSettings> = {
  optimizer: {
    flag: '--optimizer',
    placeholder: 'name',
    help: `update rule: ${optimizerNames.join(', ')}`,
    initial: () => 'adam',
    parse: (text) => parseChoice('--optimizer', text, optimizerNames),
  },
  learningRate: {
    ...numberOf('--lr', positive),
    placeholder: 'rate',
    help: 'learning rate of the first step',
    initial: ({ optimizer }) => choiceOf(optimizer).learningRate,
    initialText: eachInitial('learningRate'),
  },
  momentum: {
    ...numberOf('--momentum', belowOne),
    placeholder: 'factor',
    help: 'momentum of the optimizers that have one',
    initial: ({ optimizer }) => choiceOf(optimizer).momentum,
    initialText: eachInitial('momentum'),
  },
  weightDecay: {
    ...numberOf('--weight-decay', nonNegative),
    placeholder: 'factor',
    help: 'weight decay',
    initial: ({ optimizer }) => choiceOf(optimizer).weightDecay,
    initialText: eachInitial('weightDecay'),
  },
};

/** @throws UsageError for a momentum where the optimizer has none. */
export function checkMomentum({ optimizer, momentum }: OptimizerSettings): void {
  if (momentum === undefined || choiceOf(optimizer).momentum !== undefined) return;
  const names = optimizerNames.filter((name) => choiceOf(name).momentum !== undefined);
  throw new UsageError(
    `--momentum: ${momentum} given with --optimizer ${optimizer}; accepted: only with ${names.join(', ')}`,
  );
}

/** The update rule that the settings name. */
export function createOptimizer({
  optimizer,
  ...settings
}: Pick<OptimizerSettings, 'optimizer' | 'momentum' | 'weightDecay'>): Optimizer {
  return choiceOf(optimizer).create(settings);
}
