import type { Recompute } from '@lovasz/onnx';
import { dataSetting, dataTitle } from '../choices/data-sets.js';
import { lossSetting, type LossName } from '../choices/losses.js';
import { modelSetting, modelTitle } from '../choices/models.js';
import { checkMomentum, optimizerSettings, type OptimizerSettings } from '../choices/optimizers.js';
import { scheduleSetting, type ScheduleName } from '../choices/schedules.js';
import { parseChoice } from '../settings/choice.js';
import { wholeNumber } from '../settings/number.js';
import { outputSettings, type OutputSettings } from '../settings/output-settings.js';
import { parameterSettings, type ParameterSettings } from '../settings/parameter-settings.js';
import { recomputeSetting } from '../settings/recompute.js';
import { completeSettings, type Given, type SettingsTable } from '../settings/setting.js';
import { formatSize, sizeWords, type Size } from '../settings/size.js';
import { UsageError } from '../settings/usage-error.js';

const flips = ['horizontal', 'none'] as const;

/** Everything that makes a run what it is. */
export interface RunSettings extends OptimizerSettings, OutputSettings, ParameterSettings {
  /** `unet`, `enet`, or an ONNX file, `FILE.onnx`. */
  readonly model: string;
  /** `shapes`, or `NAME:DIR` of a data set in a folder, such as `camvid:data/camvid`. */
  readonly data: string;
  /** The name or id of a class that is taken against all others: label 1 against 0. Undefined: all are told apart. */
  readonly foreground?: string | undefined;
  /** The losses whose sum is minimised. */
  readonly loss: readonly LossName[];
  /** Passes over the training images; undefined where steps are counted. */
  readonly epochs: number | undefined;
  /** Optimizer steps; undefined where epochs are counted. */
  readonly steps: number | undefined;
  /** Images a step. */
  readonly batch: number;
  /** The size that images are resized to; the data set's own where undefined. */
  readonly size: Size | undefined;
  /** The size of the random crops trained on; whole images where undefined. */
  readonly crop: Size | undefined;
  /** Whether images are mirrored at random: `horizontal`, half of them left to right, or `none`. */
  readonly flip: (typeof flips)[number];
  readonly schedule: ScheduleName;
  /** Of everything random. */
  readonly seed: number;
  /** Into how many segments the forward pass is cut to be computed again. */
  readonly recompute: Recompute;
  /** The run folder. */
  readonly out: string;
  /** A checkpoint whose weights and statistics the run starts from. */
  readonly init: string | undefined;
}

/** Settings of a run, of which any may be left out: the table says what holds then. */
export type TrainOptions = Given<RunSettings>;

/** A row for each setting of a run. The command line, its help, the defaults and the records are taken from it. */
export const runSettings: SettingsTable<RunSettings> = {
  model: modelSetting,
  data: dataSetting,
  foreground: {
    flag: '--foreground',
    placeholder: 'class',
    help: 'name or number of a class to tell from all others, as two classes',
    parse: (text) => text,
  },
  loss: lossSetting,
  steps: {
    ...wholeNumber('--steps', 1),
    placeholder: 'count',
    help: 'optimizer steps, in place of --epochs',
  },
  epochs: {
    ...wholeNumber('--epochs', 1),
    placeholder: 'count',
    help: 'passes over the training images',
    initial: ({ steps }) => (steps === undefined ? 10 : undefined),
  },
  batch: { ...wholeNumber('--batch', 1), placeholder: 'count', help: 'images a step', initial: () => 10 },
  size: {
    ...sizeWords('--size'),
    placeholder: 'size',
    help: 'WIDTHxHEIGHT that images are resized to',
    initialText: "the data set's own",
  },
  crop: {
    ...sizeWords('--crop'),
    placeholder: 'size',
    help: 'WIDTHxHEIGHT of the random crops to train on',
    initialText: 'whole images',
  },
  flip: {
    flag: '--flip',
    placeholder: 'direction',
    help: 'horizontal: mirror half of the images to train on, drawn anew each epoch; none: where left and right differ, as in text',
    initial: () => 'horizontal',
    parse: (text) => parseChoice('--flip', text, flips),
  },
  ...outputSettings,
  ...optimizerSettings,
  schedule: scheduleSetting,
  seed: {
    ...wholeNumber('--seed', 0, 2 ** 32 - 1),
    placeholder: 'number',
    help: 'seed of everything random',
    initial: () => 0,
  },
  recompute: recomputeSetting,
  ...parameterSettings,
  out: {
    flag: '--out',
    placeholder: 'directory',
    help: 'run folder',
    // The same settings name the same folder, so that `--resume` alone finds the run.
    initial: ({ model, data, loss }) => `runs/${modelTitle(model)}-${dataTitle(data)}-${loss.join('+')}`,
    initialText: 'runs/MODEL-DATA-LOSS',
    parse: (text) => text,
    isPassing: true,
  },
  init: {
    flag: '--init',
    placeholder: 'checkpoint',
    help: 'start from the weights of this checkpoint',
    parse: (text) => text,
    isPassing: true,
  },
};

/**
 * Fills in the defaults, some of which hang on other settings, and refuses values that contradict each other.
 *
 * @throws UsageError naming the setting, or both, what was given and what is accepted.
 */
export function completeRunSettings(given: TrainOptions): RunSettings {
  const settings = completeSettings(runSettings, given);
  const { steps, epochs, size, crop } = settings;
  if (steps !== undefined && epochs !== undefined) {
    throw new UsageError(`--steps: ${steps} given with --epochs ${epochs}; accepted: one of them`);
  }
  if (size !== undefined && crop !== undefined && (crop.width > size.width || crop.height > size.height)) {
    throw new UsageError(`--crop: ${formatSize(crop)} given; accepted: at most --size, ${formatSize(size)}`);
  }
  checkMomentum(settings);
  return settings;
}
