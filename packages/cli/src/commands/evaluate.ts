import type { Command } from 'commander';
import { classIou } from '@lovasz/evaluation';
import { evaluateNetwork, type NetworkEvaluation } from '@lovasz/runs';
import { evaluationSettings, formatPercent } from '@lovasz/runs/command';
import { addSettings, readSettings } from '../options/settings-options.js';
import { interruptedExitCode, type Surroundings } from './surroundings.js';

/** Declares `lovasz evaluate`. */
export function addEvaluateCommand(
  program: Command,
  surroundings: Surroundings,
  exit: (code: number) => void,
): void {
  addSettings(program.command('evaluate'), evaluationSettings)
    .description('judge a network on validation images: mIoU, pixel accuracy and the IoU of each class')
    .option('--json', 'print one JSON object, with the confusion matrix')
    .addHelpText(
      'after',
      `
Counts are taken over all validation images together. A class that neither labels nor predictions hold has no IoU and
takes no part in the mean; void pixels are not counted.

Examples:
  lovasz evaluate --checkpoint runs/unet-shapes-lovasz-softmax/checkpoint.safetensors
  lovasz evaluate --model shapes.onnx --data shapes --json`,
    )
    .action(async (_options, command: Command) => exit(await runEvaluate(command, surroundings)));
}

async function runEvaluate(command: Command, { stdout, stderr, signal }: Surroundings): Promise<number> {
  const result = await evaluateNetwork(readSettings(command, evaluationSettings), {
    warn: (message) => stderr.write(`${message}\n`),
    signal,
  });
  if (result === undefined) return interruptedExitCode;
  const { json = false } = command.opts<{ json?: true }>();
  const write = json ? scoresAsJson : scoresAsTable;
  stdout.write(`${write(result)}\n`);
  return 0;
}

function scoresAsJson({ confusion, classes, scores }: NetworkEvaluation): string {
  return JSON.stringify({
    ...Object.fromEntries(scores.map(({ member, value }) => [member, value])),
    classIou: Object.fromEntries(classIou.of(confusion).map((iou, index) => [classes[index]!, iou])),
    confusion: confusion.toJSON().counts,
  });
}

function scoresAsTable({ confusion, classes, scores }: NetworkEvaluation): string {
  const rows = [
    ...classIou.of(confusion).map((iou, index) => [classes[index]!, iou] as const),
    ...scores.map(({ title, value }) => [title, value] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${formatPercent(Number.isNaN(value) ? null : value).padStart(7)}`,
    )
    .join('\n');
}
