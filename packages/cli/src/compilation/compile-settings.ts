import {
  profileNames,
  type BatchNormalizationMode,
  type JaccardMethod,
  type ProfileName,
  type Recompute,
} from '@lovasz/onnx';
import type { Given, LossName, OptimizerSettings, OutputSettings, ParameterSettings } from '@lovasz/runs';
import {
  checkMomentum,
  completeSettings,
  lossSetting,
  optimizerSettings,
  outputSettings,
  parameterSettings,
  parseChoice,
  recomputeSetting,
  wholeNumber,
  type SettingsTable,
} from '@lovasz/runs/command';
import { inputShapeSetting, type InputShapes } from './input-shape.js';

const normalizationModes: readonly BatchNormalizationMode[] = ['train', 'frozen'];
const methods: readonly JaccardMethod[] = ['auto', 'exact', 'histogram'];

/** What decides the files that `lovasz compile` writes. */
export interface CompileSettings extends OptimizerSettings, OutputSettings, ParameterSettings {
  /** The losses whose sum is minimised. */
  readonly loss: readonly LossName[];
  /** The label of pixels that take no part. */
  readonly ignoreIndex: number;
  readonly inputShapes: InputShapes;
  readonly batchNormalization: BatchNormalizationMode;
  readonly method: JaccardMethod;
  readonly profile: ProfileName;
  /** Into how many segments the forward pass is cut to be computed again. */
  readonly recompute: Recompute;
}

/** Settings of a compilation, of which any may be left out: the table says what holds then. */
export type CompileOptions = Given<CompileSettings>;

/** A row for each setting of a compilation. */
export const compileSettings: SettingsTable<CompileSettings> = {
  loss: lossSetting,
  ignoreIndex: {
    ...wholeNumber('--ignore-index', 0, 2 ** 24),
    placeholder: 'label',
    help: 'label of pixels that take no part',
    initial: () => 255,
  },
  ...outputSettings,
  ...optimizerSettings,
  ...parameterSettings,
  inputShapes: inputShapeSetting,
  batchNormalization: {
    flag: '--batch-norm',
    placeholder: 'mode',
    help: 'train: normalize by the batch, running statistics follow; frozen: normalize by these as they are',
    initial: () => 'train',
    parse: (text) => parseChoice('--batch-norm', text, normalizationModes),
  },
  method: {
    flag: '--method',
    placeholder: 'method',
    help: 'Lovász weights: exact sorts, histogram counts, auto chooses by size',
    initial: () => 'auto',
    parse: (text) => parseChoice('--method', text, methods),
  },
  profile: {
    flag: '--profile',
    placeholder: 'name',
    help: `what the graphs are written for: ${profileNames.join(', ')}`,
    initial: () => 'generic',
    parse: (text) => parseChoice('--profile', text, profileNames),
  },
  recompute: recomputeSetting,
};

/**
 * Fills in the defaults.
 *
 * @throws UsageError naming the setting, what was given and what is accepted.
 */
export function completeCompileSettings(given: CompileOptions): CompileSettings {
  const settings = completeSettings(compileSettings, given);
  checkMomentum(settings);
  return settings;
}
