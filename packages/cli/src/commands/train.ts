import type { Command } from 'commander';
import { refuseConflicts } from '../options/run-settings.js';
import { addTrainOptions, readTrainOptions } from '../options/train-options.js';
import { createReporter } from '../progress/create-reporter.js';
import { runFolder } from '../training/run-folder.js';
import { readCheckpoint, recordOf } from '../training/run-record.js';
import { resumeTraining, train } from '../training/train.js';
import { interruptedExitCode, type Surroundings } from './surroundings.js';

/** Declares `lovasz train`. */
export function addTrainCommand(
  program: Command,
  surroundings: Surroundings,
  exit: (code: number) => void,
): void {
  addTrainOptions(program.command('train'))
    .description('train a network; leaves checkpoint.safetensors, model.onnx, metrics.jsonl and report.html')
    .addHelpText(
      'after',
      `
Losses on binary labels (hinge, lovasz-hinge, lovasz-sigmoid, binary-cross-entropy) take each class against the rest and
average over classes; a network of one output channel takes these alone, with --foreground. Void pixels take no part in any loss. A sum such as cross-entropy+lovasz-softmax weighs its terms alike.

Ctrl-C finishes the step, writes a checkpoint and says how to go on; a second one stops at once. --resume takes every
option from the run and goes on bit for bit; giving one that differs is an error.

Examples:
  lovasz train
  lovasz train --model enet --data camvid:data/camvid --size 240x180 --loss cross-entropy --epochs 15
  lovasz train --model enet --data camvid:data/camvid --size 240x180 --loss lovasz-softmax --epochs 5 \\
    --init runs/enet-camvid-cross-entropy/checkpoint.safetensors`,
    )
    .action(async (_options, command: Command) => exit(await runTrain(command, surroundings)));
}

async function runTrain(command: Command, { stdout, stderr, signal }: Surroundings): Promise<number> {
  const options = readTrainOptions(command);
  const { resume = false, json = false } = command.opts<{ resume?: true; json?: true }>();
  if (resume) {
    const { checkpoint } = runFolder(options.out);
    refuseConflicts(command, recordOf(await readCheckpoint('--resume', checkpoint), checkpoint).settings);
  }
  const reporter = createReporter(json, stdout, stderr);
  const context = { report: reporter.report, signal };
  const running = resume ? resumeTraining(options.out, context) : train(options, context);
  const { finished, step, folder } = await running.finally(() => reporter.close());
  if (!json) stdout.write(`report ${folder.report}\n`);
  if (finished) return 0;
  stderr.write(
    `stopped after step ${step}; to go on: lovasz train --resume --out ${quote(folder.directory)}\n`,
  );
  return interruptedExitCode;
}

/** A word as a shell reads it. */
function quote(word: string): string {
  return /^[\w./+:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
