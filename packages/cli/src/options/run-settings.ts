import { resolve } from 'node:path';
import type { Command } from 'commander';
import { strictCommand } from './strict-command.js';
import { addTrainOptions, readTrainOptions, type TrainOptions } from './train-options.js';
import { UsageError } from './usage-error.js';

/**
 * The options of a run as the words that `lovasz train` reads, by option: what a checkpoint keeps of them. Paths are
 * absolute, so that they hold in any folder. Where the run lies and what it started from are no part of it.
 */
export type RunSettings = Readonly<Record<string, string>>;

/** Writes down options; {@link optionsOf} reads them back. */
export function settingsOf(options: TrainOptions): RunSettings {
  const { model, data, duration, size, crop, optimizer } = options;
  const sizeText = (value: typeof size) =>
    value === undefined ? undefined : `${value.width}x${value.height}`;
  const settings: Record<string, string | number | undefined> = {
    '--model': model.kind === 'file' ? resolve(model.file) : model.name,
    '--data': data.kind === 'camvid' ? `camvid:${resolve(data.directory)}` : data.kind,
    '--foreground': options.foreground,
    '--loss': options.loss.join('+'),
    ...('steps' in duration ? { '--steps': duration.steps } : { '--epochs': duration.epochs }),
    '--batch': options.batch,
    '--size': sizeText(size),
    '--crop': sizeText(crop),
    '--optimizer': optimizer.kind,
    '--lr': options.learningRate,
    '--momentum': optimizer.kind === 'sgd' ? optimizer.momentum : undefined,
    '--schedule': options.schedule,
    '--weight-decay': options.weightDecay,
    '--output': options.output,
    '--layout': options.layout,
    '--logit-threshold': options.logitThreshold,
    '--seed': options.seed,
    '--recompute': options.recompute,
    '--trainable': lines(options.trainable),
    '--frozen': lines(options.frozen),
    '--tie': lines(options.tie),
    '--untie': lines(options.untie),
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([option, value]) =>
      value === undefined ? [] : [[option, String(value)]],
    ),
  );
}

const lines = (names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : names.join('\n');

/** The options that were written down, for a run in the folder `out`. */
export function optionsOf(settings: RunSettings, out: string): TrainOptions {
  const command = addTrainOptions(strictCommand('train'));
  command.parse(
    Object.entries(settings).map(([option, value]) => `${option}=${value}`),
    { from: 'user' },
  );
  return { ...readTrainOptions(command), out };
}

/**
 * Refuses to resume a run with options that it was not started with. What the command line leaves open is as it was.
 *
 * @throws UsageError naming the option, what was given and what the run was started with.
 */
export function refuseConflicts(command: Command, settings: RunSettings): void {
  const given = settingsOf(readTrainOptions(command));
  for (const { long, attributeName } of command.options.map((option) => ({
    long: option.long!,
    attributeName: option.attributeName(),
  }))) {
    if (command.getOptionValueSource(attributeName) !== 'cli' || !(long in given)) continue;
    if (given[long] === settings[long]) continue;
    throw new UsageError(
      `${long}: ${given[long]} given, but the run to resume was started with ${startedWith(long, settings)}`,
    );
  }
}

function startedWith(option: string, settings: RunSettings): string {
  const instead: Readonly<Record<string, string>> = { '--steps': '--epochs', '--epochs': '--steps' };
  const other = instead[option];
  return settings[option] ?? (other === undefined ? 'none' : `${other} ${settings[other]}`);
}
