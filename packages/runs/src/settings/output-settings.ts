import { OnnxError, type OutputOptions } from '@lovasz/onnx';
import { namesOf, parseChoice } from './choice.js';
import { anyNumber, numberOf } from './number.js';
import type { SettingsTable } from './setting.js';
import { UsageError } from './usage-error.js';

const classAxes = { nchw: 1, nhwc: -1, nhw: 'none' } as const;

/** Where channels lie: after the batch, last, or nowhere: one score per pixel. */
export type LayoutName = keyof typeof classAxes;

/** How a network's output is understood. */
export interface OutputSettings {
  /** The name of the output; the first where undefined. */
  readonly output?: string | undefined;
  /** Where its classes lie, and the channels of the image; found where undefined. */
  readonly layout?: LayoutName | undefined;
  /** Of one score per pixel: foreground is predicted where the logit is above this; 0 where undefined. */
  readonly logitThreshold?: number | undefined;
}

export const outputSettings: SettingsTable<OutputSettings> = {
  output: {
    flag: '--output',
    placeholder: 'name',
    help: 'the output that counts, of several (default: the first)',
    parse: (text) => text,
  },
  layout: {
    flag: '--layout',
    placeholder: 'layout',
    help: 'where the classes of the output lie, and the channels of the image, if the file leaves it open: nchw (second), nhwc (last), nhw (one score per pixel, no such axis)',
    parse: (text) => parseChoice('--layout', text, namesOf(classAxes)),
  },
  logitThreshold: {
    ...numberOf('--logit-threshold', anyNumber),
    placeholder: 'number',
    help: 'of one score per pixel: foreground is where the logit is above this; ln(p/(1-p)) for a probability p (default: 0)',
  },
};

/** The settings as graphs take them. */
export function outputOptionsOf({ output, layout, logitThreshold }: OutputSettings): OutputOptions {
  return { output, classAxis: layout && classAxes[layout], logitThreshold };
}

/** An error about the output, under the names that its options have here. */
export function namingOutputOptions(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (OnnxError.isOnnxError(error)) {
    return error.option === 'output' ? new UsageError(`--output ${error.reason}`, { cause: error }) : error;
  }
  const [, option, problem] = /^(logitThreshold|classAxis)( is .*)$/s.exec(error.message) ?? [];
  switch (option) {
    case 'logitThreshold':
      return new UsageError(`--logit-threshold${problem!}`);
    case 'classAxis':
      return new UsageError(`--layout: ${error.message}`);
    default:
      return error;
  }
}
