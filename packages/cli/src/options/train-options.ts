import { Option, type Command } from 'commander';
import type { Recompute } from '@lovasz/onnx';
import { parseChoice } from './choice.js';
import { parseData, type DataChoice } from './data.js';
import { lossNames, parseLoss, type LossName } from './loss.js';
import { parseModel, type ModelChoice } from './model.js';
import { parseWholeNumber } from './number.js';
import { addOptimizerOptions, readOptimizerOptions, type OptimizerOptions } from './optimizer-options.js';
import { addOutputOptions, readOutputOptions, type OutputChoice } from './output-options.js';
import { addParameterOptions, readParameterOptions, type ParameterOptions } from './parameter-options.js';
import { recomputeOption } from './recompute.js';
import { parseSize, type Size } from './size.js';
import { UsageError } from './usage-error.js';

const scheduleNames = ['polynomial', 'constant'] as const;

/** How long to train: by passes over the training images or by optimizer steps. */
export type Duration = { readonly epochs: number } | { readonly steps: number };

/** Everything that makes a run what it is, checked, with defaults filled in. */
export interface TrainOptions extends OptimizerOptions, OutputChoice, ParameterOptions {
  readonly model: ModelChoice;
  readonly data: DataChoice;
  /** The name or id of a class that is taken against all others: label 1 against 0. Undefined: all are told apart. */
  readonly foreground?: string | undefined;
  /** The losses whose sum is minimised. */
  readonly loss: readonly LossName[];
  readonly duration: Duration;
  /** Images a step. */
  readonly batch: number;
  /** The size that images are resized to; the data set's own where undefined. */
  readonly size: Size | undefined;
  /** The size of the random crops trained on; whole images where undefined. */
  readonly crop: Size | undefined;
  readonly schedule: (typeof scheduleNames)[number];
  readonly seed: number;
  /** Into how many segments the forward pass is cut to be computed again. */
  readonly recompute: Recompute;
  /** The run folder. */
  readonly out: string;
  /** A checkpoint whose weights and statistics the run starts from. */
  readonly init: string | undefined;
}

/** What commander collects from the declarations below. */
interface ParsedOptions {
  model: ModelChoice;
  data: DataChoice;
  foreground?: string;
  loss: LossName[];
  epochs: number;
  steps?: number;
  batch: number;
  size?: Size;
  crop?: Size;
  schedule: (typeof scheduleNames)[number];
  seed: number;
  recompute: Recompute;
  out?: string;
  init?: string;
}

/** Declares the options of `lovasz train` on a command; read them back with {@link readTrainOptions}. */
export function addTrainOptions(command: Command): Command {
  const wholeNumber = (option: string, minimum: number, maximum?: number) => (text: string) =>
    parseWholeNumber(option, text, minimum, maximum);
  command
    .addOption(
      new Option('--model <model>', 'network to train: unet, enet, or an ONNX file (FILE.onnx)')
        .argParser(parseModel)
        .default(parseModel('unet'), 'unet'),
    )
    .addOption(
      new Option('--data <data>', 'images to train on: shapes (generated), or camvid:DIR')
        .argParser(parseData)
        .default(parseData('shapes'), 'shapes'),
    )
    .option('--foreground <class>', 'name or number of a class to tell from all others, as two classes')
    .addOption(
      new Option('--loss <loss>', `loss to minimise: ${lossNames.join(', ')}, or a sum such as a+b`)
        .argParser(parseLoss)
        .default(parseLoss('cross-entropy+lovasz-softmax'), 'cross-entropy+lovasz-softmax'),
    )
    .addOption(
      new Option('--epochs <count>', 'passes over the training images')
        .argParser(wholeNumber('--epochs', 1))
        .default(10),
    )
    .addOption(
      new Option('--steps <count>', 'optimizer steps, in place of --epochs')
        .argParser(wholeNumber('--steps', 1))
        .conflicts('epochs'),
    )
    .addOption(
      new Option('--batch <count>', 'images a step').argParser(wholeNumber('--batch', 1)).default(10),
    )
    .addOption(
      new Option(
        '--size <size>',
        "WIDTHxHEIGHT that images are resized to (default: the data set's own)",
      ).argParser((text) => parseSize('--size', text)),
    )
    .addOption(
      new Option(
        '--crop <size>',
        'WIDTHxHEIGHT of the random crops to train on (default: whole images)',
      ).argParser((text) => parseSize('--crop', text)),
    );
  return addParameterOptions(addOptimizerOptions(addOutputOptions(command)))
    .addOption(
      new Option(
        '--schedule <name>',
        'learning rate over the run: polynomial (Equation 16 of the paper) or constant',
      )
        .argParser((text) => parseChoice('--schedule', text, scheduleNames))
        .default('polynomial', 'polynomial'),
    )
    .addOption(
      new Option('--seed <number>', 'seed of everything random')
        .argParser(wholeNumber('--seed', 0, 2 ** 32 - 1))
        .default(0),
    )
    .addOption(recomputeOption())
    .addOption(new Option('--out <directory>', 'run folder (default: runs/MODEL-DATA-LOSS)'))
    .addOption(new Option('--resume', 'go on from the checkpoint in the run folder'))
    .addOption(
      new Option('--init <checkpoint>', 'start from the weights of this checkpoint').conflicts('resume'),
    )
    .addOption(new Option('--json', 'print one JSON line per event on standard output'));
}

/**
 * Reads the options declared by {@link addTrainOptions}: fills in the defaults that hang on other options and refuses
 * values that contradict each other.
 *
 * @throws UsageError naming both options.
 */
export function readTrainOptions(command: Command): TrainOptions {
  const parsed = command.opts<ParsedOptions>();
  const { size, crop } = parsed;
  if (size !== undefined && crop !== undefined && (crop.width > size.width || crop.height > size.height)) {
    throw new UsageError(
      `--crop: ${crop.width}x${crop.height} given; accepted: at most --size, ${size.width}x${size.height}`,
    );
  }
  return {
    model: parsed.model,
    data: parsed.data,
    foreground: parsed.foreground,
    loss: parsed.loss,
    duration: parsed.steps === undefined ? { epochs: parsed.epochs } : { steps: parsed.steps },
    batch: parsed.batch,
    size,
    crop,
    ...readOptimizerOptions(command),
    ...readOutputOptions(command),
    ...readParameterOptions(command),
    schedule: parsed.schedule,
    seed: parsed.seed,
    recompute: parsed.recompute,
    out: parsed.out ?? defaultRunFolder(parsed.model, parsed.data, parsed.loss),
    init: parsed.init,
  };
}

/** The same command line names the same folder, so that `--resume` alone finds the run. */
function defaultRunFolder(model: ModelChoice, data: DataChoice, loss: readonly LossName[]): string {
  const modelName = model.kind === 'file' ? model.file.replace(/^.*[/\\]|\.onnx$/gi, '') : model.name;
  return `runs/${modelName}-${data.kind}-${loss.join('+')}`;
}
