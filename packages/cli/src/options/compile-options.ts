import { Option, type Command } from 'commander';
import {
  profileNames,
  type BatchNormalizationMode,
  type JaccardMethod,
  type ProfileName,
  type Recompute,
} from '@lovasz/onnx';
import { parseChoice } from './choice.js';
import { parseInputShape, type InputShapes } from './input-shape.js';
import { lossNames, parseLoss, type LossName } from './loss.js';
import { parseWholeNumber } from './number.js';
import { addOptimizerOptions, readOptimizerOptions, type OptimizerOptions } from './optimizer-options.js';
import { addOutputOptions, readOutputOptions, type OutputChoice } from './output-options.js';
import { addParameterOptions, readParameterOptions, type ParameterOptions } from './parameter-options.js';
import { recomputeOption } from './recompute.js';

const normalizationModes: readonly BatchNormalizationMode[] = ['train', 'frozen'];
const methods: readonly JaccardMethod[] = ['auto', 'exact', 'histogram'];

/** What decides the files that `lovasz compile` writes. */
export interface CompileOptions extends OptimizerOptions, OutputChoice, ParameterOptions {
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

/** What commander collects from the declarations below. */
interface ParsedOptions {
  loss: LossName[];
  ignoreIndex: number;
  inputShape?: InputShapes;
  batchNorm: BatchNormalizationMode;
  method: JaccardMethod;
  profile: ProfileName;
  recompute: Recompute;
}

/** Declares what may be said of a network to train; read it back with {@link readCompileOptions}. */
export function addCompileOptions(command: Command): Command {
  command
    .addOption(
      new Option('--loss <loss>', `loss to minimise: ${lossNames.join(', ')}, or a sum such as a+b`)
        .argParser(parseLoss)
        .default(parseLoss('cross-entropy+lovasz-softmax'), 'cross-entropy+lovasz-softmax'),
    )
    .addOption(
      new Option('--ignore-index <label>', 'label of pixels that take no part')
        .argParser((text) => parseWholeNumber('--ignore-index', text, 0, 2 ** 24))
        .default(255),
    );
  return addParameterOptions(addOptimizerOptions(addOutputOptions(command)))
    .addOption(
      new Option(
        '--input-shape <shape>',
        'NAME=1x3x64x64: shape of an input, batch included; where the model leaves it open (repeatable)',
      ).argParser(parseInputShape),
    )
    .addOption(
      new Option(
        '--batch-norm <mode>',
        'train: normalize by the batch, running statistics follow; frozen: normalize by these as they are',
      )
        .argParser((text) => parseChoice('--batch-norm', text, normalizationModes))
        .default('train', 'train'),
    )
    .addOption(
      new Option('--method <method>', 'Lovász weights: exact sorts, histogram counts, auto chooses by size')
        .argParser((text) => parseChoice('--method', text, methods))
        .default('auto', 'auto'),
    )
    .addOption(
      new Option('--profile <name>', `what the graphs are written for: ${profileNames.join(', ')}`)
        .argParser((text) => parseChoice('--profile', text, profileNames))
        .default('generic', 'generic'),
    )
    .addOption(recomputeOption());
}

/** Reads the options declared by {@link addCompileOptions}. */
export function readCompileOptions(command: Command): CompileOptions {
  const parsed = command.opts<ParsedOptions>();
  return {
    ...readOptimizerOptions(command),
    ...readOutputOptions(command),
    ...readParameterOptions(command),
    loss: parsed.loss,
    ignoreIndex: parsed.ignoreIndex,
    inputShapes: parsed.inputShape ?? {},
    batchNormalization: parsed.batchNorm,
    method: parsed.method,
    profile: parsed.profile,
    recompute: parsed.recompute,
  };
}
