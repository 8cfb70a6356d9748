import { Option, type Command } from 'commander';
import type { OutputOptions } from '@lovasz/onnx';
import { parseChoice } from './choice.js';
import { parseNumber } from './number.js';
import { UsageError } from './usage-error.js';

const layouts = ['nchw', 'nhwc', 'nhw'] as const;

/** Where channels lie: after the batch, last, or nowhere: one score per pixel. */
export type LayoutName = (typeof layouts)[number];

/** How a network's output is understood. */
export interface OutputChoice {
  /** The name of the output; the first where undefined. */
  readonly output?: string | undefined;
  /** Where its classes lie, and the channels of the image; found where undefined. */
  readonly layout?: LayoutName | undefined;
  /** Of one score per pixel: foreground is predicted where the logit is above this; 0 where undefined. */
  readonly logitThreshold?: number | undefined;
}

/** Declares how a network's output is understood on a command; read it back with {@link readOutputOptions}. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--output <name>', 'the output that counts, of several (default: the first)')
    .addOption(
      new Option(
        '--layout <layout>',
        'where the classes of the output lie, and the channels of the image, if the file leaves it open: nchw (second), nhwc (last), nhw (one score per pixel, no such axis)',
      ).argParser((text) => parseChoice('--layout', text, layouts)),
    )
    .addOption(
      new Option(
        '--logit-threshold <number>',
        'of one score per pixel: foreground is where the logit is above this; ln(p/(1-p)) for a probability p (default: 0)',
      ).argParser((text) =>
        parseNumber('--logit-threshold', text, { description: 'a number', contains: () => true }),
      ),
    );
}

/** Reads the options declared by {@link addOutputOptions}. */
export function readOutputOptions(command: Command): OutputChoice {
  const { output, layout, logitThreshold } = command.opts<OutputChoice>();
  return { output, layout, logitThreshold };
}

/** The choice as graphs take it. */
export function outputOptionsOf({ output, layout, logitThreshold }: OutputChoice): OutputOptions {
  const axes = { nchw: 1, nhwc: -1, nhw: 'none' } as const;
  return { output, classAxis: layout && axes[layout], logitThreshold };
}

/** An error about the output, under the names that its options have here. */
export function namingOutputOptions(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, option, problem] =
    /^(logitThreshold|output|classAxis)( (?:is|names) .*)$/s.exec(error.message) ?? [];
  switch (option) {
    case 'logitThreshold':
      return new UsageError(`--logit-threshold${problem!}`);
    case 'output':
      return new UsageError(`--output${problem!}`);
    case 'classAxis':
      return new UsageError(`--layout: ${error.message}`);
    default:
      return error;
  }
}
