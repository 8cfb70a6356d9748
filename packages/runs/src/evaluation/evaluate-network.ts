import type { ConfusionMatrix } from '@lovasz/evaluation';
import type { ModelProto } from '@lovasz/onnx';
import { dataSetting, dataWords, openData, sizeOfFirst } from '../choices/data-sets.js';
import { metricSetting, scoresOf, type MetricName, type NamedScore } from '../choices/metrics.js';
import { imageInput } from '../network/image-input.js';
import { readModelFile } from '../network/read-model-file.js';
import { evaluate } from '../prediction/evaluate.js';
import { openPredictor } from '../prediction/open-predictor.js';
import { outputSettings, type OutputSettings } from '../settings/output-settings.js';
import { settingsFrom } from '../training/recorded-settings.js';
import { completeSettings, type Given, type SettingsTable } from '../settings/setting.js';
import { sizeWords, type Size } from '../settings/size.js';
import { refuse, UsageError } from '../settings/usage-error.js';
import { restoreModel } from '../training/restore-model.js';
import { readCheckpoint, recordOf } from '../training/run-record.js';

/** Which network is judged, on what. */
export interface EvaluationSettings extends OutputSettings {
  /** `checkpoint.safetensors` of a run; goes without `model`. */
  readonly checkpoint: string | undefined;
  /** An ONNX file; goes with `data`. */
  readonly model: string | undefined;
  /** Whose validation images: `shapes`, or `NAME:DIR`; those of the run where undefined. */
  readonly data: string | undefined;
  /** The size that images are resized to; undefined: the run's, the file's, or the data set's own. */
  readonly size: Size | undefined;
  /** The name or id of a class that is judged against all others; undefined: as the run was trained. */
  readonly foreground: string | undefined;
  /** What is computed beside the IoU of each class. */
  readonly metric: readonly MetricName[];
}

/** A row for each setting of an evaluation. */
export const evaluationSettings: SettingsTable<EvaluationSettings> = {
  checkpoint: {
    flag: '--checkpoint',
    placeholder: 'file',
    help: 'checkpoint.safetensors of a run',
    parse: (text) => text,
  },
  model: {
    flag: '--model',
    placeholder: 'file',
    help: 'an ONNX file, with --data',
    parse: (text) =>
      /[^/\\]\.onnx$/i.test(text) ? text : refuse('--model', text, 'a file whose name ends in .onnx'),
  },
  data: {
    flag: '--data',
    placeholder: 'data',
    help: `whose validation images: ${dataWords}`,
    initialText: 'those of the run',
    parse: (text) => dataSetting.parse(text),
  },
  size: {
    ...sizeWords('--size'),
    placeholder: 'size',
    help: 'WIDTHxHEIGHT that images are resized to',
    initialText: "the run's, the file's, or the data set's own",
  },
  foreground: {
    flag: '--foreground',
    placeholder: 'class',
    help: 'name or number of a class to judge against the rest',
    initialText: 'as the run was trained',
    parse: (text) => text,
  },
  metric: metricSetting,
  ...outputSettings,
};

/** What watches an evaluation and can stop it. */
export interface EvaluationContext {
  /** Is told what is guessed before the counting begins. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Stops after the batch at hand. */
  readonly signal?: AbortSignal | undefined;
}

/** Predictions counted against labels. */
export interface NetworkEvaluation {
  readonly confusion: ConfusionMatrix;
  /** Names of the classes by id. */
  readonly classes: readonly string[];
  /** The metrics that were asked for, in their order. */
  readonly scores: readonly NamedScore[];
}

/**
 * Judges the network of a checkpoint or a file on validation images, all counted together.
 *
 * @returns undefined when the signal stopped it.
 * @throws UsageError when a file is not there or the network does not go with the data.
 * @example
 * const { folder } = await train({ size: { width: 16, height: 16 }, steps: 2, out: 'runs/judged' });
 * const result = await evaluateNetwork({ checkpoint: folder.checkpoint });
 * console.log(result?.scores.map(({ title, value }) => `${title}: ${value}`));
 */
export async function evaluateNetwork(
  given: Given<EvaluationSettings>,
  { warn, signal }: EvaluationContext = {},
): Promise<NetworkEvaluation | undefined> {
  const settings = completeSettings(evaluationSettings, given);
  const { metric, ...network } = settings;
  const { name, model, data, size: usualSize, foreground, output } = await openNetwork(network);
  const dataset = await openData(data, 'val', settings.size ?? usualSize, foreground);
  const size = await sizeOfFirst(dataset);
  const predictor = await openPredictor(name, model, dataset, size, output);
  if (predictor.otherOutputs.length > 0) {
    const others = predictor.otherOutputs.map((each) => `'${each}'`).join(', ');
    warn?.(`output '${predictor.output}' is judged, not ${others}: another is chosen by --output`);
  }
  try {
    const confusion = await evaluate(predictor.predict, dataset, predictor.batch, signal);
    if (confusion === undefined) return undefined;
    return { confusion, classes: dataset.classes, scores: scoresOf(metric, confusion) };
  } finally {
    await predictor.close();
  }
}

interface NetworkToJudge {
  readonly name: string;
  readonly model: ModelProto;
  readonly data: string;
  /** Undefined: that of the data set. */
  readonly size: Size | undefined;
  readonly foreground: string | undefined;
  readonly output: OutputSettings;
}

async function openNetwork({
  checkpoint: file,
  model: modelFile,
  data,
  size,
  foreground,
  ...output
}: Omit<EvaluationSettings, 'metric'>): Promise<NetworkToJudge> {
  if (file !== undefined) {
    if (modelFile !== undefined) {
      throw new UsageError(`--model: ${modelFile} given with --checkpoint ${file}; accepted: one of them`);
    }
    const checkpoint = await readCheckpoint('--checkpoint', file);
    const record = recordOf(checkpoint, file);
    const run = settingsFrom(record.settings, '');
    const model = await restoreModel(checkpoint, record, size);
    return {
      name: file,
      model,
      data: data ?? run.data,
      size: run.size,
      foreground: foreground ?? run.foreground,
      output: {
        output: output.output ?? run.output,
        layout: output.layout ?? run.layout,
        logitThreshold: output.logitThreshold ?? run.logitThreshold,
      },
    };
  }
  if (modelFile === undefined)
    throw new UsageError('--checkpoint or --model: none given; accepted: one of them');
  if (data === undefined) throw new UsageError(`--data: none given with --model; accepted: ${dataWords}`);
  const model = await readModelFile(modelFile);
  const { height, width } = imageInput(model, output.layout);
  return {
    name: modelFile,
    model,
    data,
    size: height === undefined || width === undefined ? undefined : { width, height },
    foreground,
    output,
  };
}
