import { Option, type Command } from 'commander';
import { classIou, meanIou, pixelAccuracy, type ConfusionMatrix } from '@lovasz/evaluation';
import type { ModelProto } from '@lovasz/onnx';
import { parseData, type DataChoice } from '../options/data.js';
import { parseModel } from '../options/model.js';
import { addOutputOptions, readOutputOptions, type OutputChoice } from '../options/output-options.js';
import { optionsOf } from '../options/run-settings.js';
import { parseSize, type Size } from '../options/size.js';
import { refuse, UsageError } from '../options/usage-error.js';
import { evaluate } from '../prediction/evaluate.js';
import { openPredictor } from '../prediction/open-predictor.js';
import { formatPercent } from '../text/format-percent.js';
import { imageInput } from '../training/image-input.js';
import { openData, sizeOfFirst } from '../training/open-data.js';
import { readModelFile } from '../training/open-model.js';
import { restoreModel } from '../training/restore-model.js';
import { readCheckpoint, recordOf } from '../training/run-record.js';
import { interruptedExitCode, type Surroundings } from './surroundings.js';

interface EvaluateOptions extends OutputChoice {
  readonly checkpoint?: string;
  /** An ONNX file. */
  readonly model?: string;
  readonly data?: DataChoice;
  readonly size?: Size;
  readonly foreground?: string;
  readonly json?: true;
}

/** Declares `lovasz evaluate`. */
export function addEvaluateCommand(
  program: Command,
  surroundings: Surroundings,
  exit: (code: number) => void,
): void {
  const command = program
    .command('evaluate')
    .description('judge a network on validation images: mIoU, pixel accuracy and the IoU of each class')
    .addOption(new Option('--checkpoint <file>', 'checkpoint.safetensors of a run').conflicts('model'))
    .addOption(new Option('--model <file>', 'an ONNX file, with --data').argParser(parseModelFile))
    .addOption(
      new Option(
        '--data <data>',
        'whose validation images: shapes, or camvid:DIR (default: those of the run)',
      ).argParser(parseData),
    )
    .addOption(
      new Option(
        '--size <size>',
        "WIDTHxHEIGHT that images are resized to (default: the run's, the file's, or the data set's own)",
      ).argParser((text) => parseSize('--size', text)),
    )
    .option(
      '--foreground <class>',
      'name or number of a class to judge against the rest (default: as the run was trained)',
    );
  addOutputOptions(command)
    .addOption(new Option('--json', 'print one JSON object, with the confusion matrix'))
    .addHelpText(
      'after',
      `
Counts are taken over all validation images together. A class that neither labels nor predictions hold has no IoU and
takes no part in the mean; void pixels are not counted.

Examples:
  lovasz evaluate --checkpoint runs/unet-shapes-lovasz-softmax/checkpoint.safetensors
  lovasz evaluate --model shapes.onnx --data shapes --json`,
    )
    .action(async (options: EvaluateOptions) =>
      exit(await runEvaluate({ ...options, ...readOutputOptions(command) }, surroundings)),
    );
}

async function runEvaluate(
  options: EvaluateOptions,
  { stdout, stderr, signal }: Surroundings,
): Promise<number> {
  const { name, model, data, size: usualSize, foreground, output } = await openNetwork(options);
  const dataset = await openData(data, 'val', options.size ?? usualSize, foreground);
  const size = await sizeOfFirst(dataset);
  const predictor = await openPredictor(name, model, dataset, size, output);
  if (predictor.otherOutputs.length > 0) {
    stderr.write(
      `output '${predictor.output}' is judged, not ${predictor.otherOutputs.map((each) => `'${each}'`).join(', ')}: another is chosen by --output\n`,
    );
  }
  try {
    const confusion = await evaluate(predictor.predict, dataset, predictor.batch, signal);
    if (confusion === undefined) return interruptedExitCode;
    const write = options.json ? scoresAsJson : scoresAsTable;
    stdout.write(`${write(confusion, dataset.classes)}\n`);
    return 0;
  } finally {
    await predictor.close();
  }
}

interface NetworkToJudge {
  readonly name: string;
  readonly model: ModelProto;
  readonly data: DataChoice;
  /** Undefined: that of the data set. */
  readonly size: Size | undefined;
  /** The class that is taken against the rest, if one is. */
  readonly foreground: string | undefined;
  readonly output: OutputChoice;
}

async function openNetwork({
  checkpoint: file,
  model: modelFile,
  data,
  size,
  foreground,
  ...output
}: EvaluateOptions): Promise<NetworkToJudge> {
  if (file !== undefined) {
    const checkpoint = await readCheckpoint('--checkpoint', file);
    const record = recordOf(checkpoint, file);
    const run = optionsOf(record.settings, '');
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
  if (data === undefined)
    throw new UsageError('--data: none given with --model; accepted: shapes, camvid:DIR');
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

function parseModelFile(text: string): string {
  const choice = parseModel(text);
  return choice.kind === 'file' ? choice.file : refuse('--model', text, 'a file whose name ends in .onnx');
}

function scoresAsJson(confusion: ConfusionMatrix, classes: readonly string[]): string {
  return JSON.stringify({
    meanIou: meanIou.of(confusion),
    pixelAccuracy: pixelAccuracy.of(confusion),
    classIou: Object.fromEntries(classIou.of(confusion).map((iou, index) => [classes[index]!, iou])),
    confusion: confusion.toJSON().counts,
  });
}

function scoresAsTable(confusion: ConfusionMatrix, classes: readonly string[]): string {
  const rows: [string, number][] = [
    ...classIou.of(confusion).map((iou, index): [string, number] => [classes[index]!, iou]),
    ['mIoU', meanIou.of(confusion)],
    ['pixel accuracy', pixelAccuracy.of(confusion)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${formatPercent(Number.isNaN(value) ? null : value).padStart(7)}`,
    )
    .join('\n');
}
