import { Option, type Command } from 'commander';
import { resumeTraining, train, type TrainOptions } from '@lovasz/runs';
import {
  completeRunSettings,
  readCheckpoint,
  recordOf,
  refuseConflicts,
  runFolder,
  runSettings,
} from '@lovasz/runs/command';
import { addSettings, readSettings } from '../options/settings-options.js';
import { createReporter } from '../progress/create-reporter.js';
import { interruptedExitCode, type Surroundings } from './surroundings.js';

/** Declares `lovasz train`. */
export function addTrainCommand(
  program: Command,
  surroundings: Surroundings,
  exit: (code: number) => void,
): void {
  addSettings(program.command('train'), runSettings)
    .addOption(new Option('--resume', 'go on from the checkpoint in the run folder').conflicts('init'))
    .option('--json', 'print one JSON line per event on standard output')
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
  const options = readSettings(command, runSettings);
  const { resume = false, json = false } = command.opts<{ resume?: true; json?: true }>();
  const folderOfRun = resume ? await folderToResume(options) : undefined;
  const reporter = createReporter(json, stdout, stderr);
  const context = { report: reporter.report, signal };
  const running = folderOfRun === undefined ? train(options, context) : resumeTraining(folderOfRun, context);
  const { finished, step, folder } = await running.finally(() => reporter.close());
  if (!json) stdout.write(`report ${folder.report}\n`);
  if (finished) return 0;
  stderr.write(
    `stopped after step ${step}; to go on: lovasz train --resume --out ${quote(folder.directory)}\n`,
  );
  return interruptedExitCode;
}

/** @throws UsageError when the run there was started with other settings than are given now. */
async function folderToResume(given: TrainOptions): Promise<string> {
  const { model, data, loss } = given;
  const out = given.out ?? completeRunSettings({ model, data, loss }).out;
  const { checkpoint } = runFolder(out);
  refuseConflicts(given, recordOf(await readCheckpoint('--resume', checkpoint), checkpoint).settings);
  return out;
}

/** A word as a shell reads it. */
function quote(word: string): string {
  return /^[\w./+:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
