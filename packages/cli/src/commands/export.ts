import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Option, type Command } from 'commander';
import type { ModelProto } from '@lovasz/onnx';
import { writeModel } from '@lovasz/onnxruntime';
import { UsageError } from '@lovasz/runs';
import { readCheckpoint, recordOf, restoreModel } from '@lovasz/runs/command';
import { restoreCompiled } from '../compilation/restore-compiled.js';
import type { Surroundings } from './surroundings.js';

interface ExportOptions {
  checkpoint?: string;
  compiled?: string;
  state?: string;
  model?: string;
  out: string;
}

/** Declares `lovasz export`. */
export function addExportCommand(program: Command, { stdout }: Surroundings): void {
  program
    .command('export')
    .description('write trained weights as an ONNX file for inference')
    .addOption(
      new Option('--checkpoint <file>', 'checkpoint.safetensors of a run').conflicts([
        'compiled',
        'state',
        'model',
      ]),
    )
    .option('--compiled <directory>', 'a folder that lovasz compile has written, with --state and --model')
    .option('--state <file>', 'the trained state, in the form of state.bin of that folder')
    .option('--model <file>', 'the ONNX file that it was compiled from')
    .requiredOption('--out <file>', 'the ONNX file to write')
    .addHelpText(
      'after',
      `
From a checkpoint, the input is the image [batch, 3, height, width]: red, green and blue in [0, 1], less the mean
(0.485, 0.456, 0.406) and divided by the standard deviation (0.229, 0.224, 0.225). The output is the logits
[batch, classes, height, width]. From a compiled folder, the model is as it was, with the trained weights and statistics
under their old names.

Examples:
  lovasz export --checkpoint runs/unet-shapes-lovasz-softmax/checkpoint.safetensors --out shapes.onnx
  lovasz export --compiled net-training --state net-training/trained.bin --model net.onnx --out tuned.onnx`,
    )
    .action(async (options: ExportOptions) => {
      const { model, origin } = await trainedModel(options);
      await mkdir(dirname(options.out), { recursive: true });
      await writeModel(options.out, model);
      stdout.write(`${options.out}: ${origin}\n`);
    });
}

async function trainedModel({
  checkpoint: file,
  compiled,
  state,
  model,
}: ExportOptions): Promise<{ model: ModelProto; origin: string }> {
  if (file !== undefined) {
    const checkpoint = await readCheckpoint('--checkpoint', file);
    const restored = await restoreModel(checkpoint, recordOf(checkpoint, file));
    return { model: restored, origin: `the network after step ${checkpoint.step}` };
  }
  if (compiled === undefined)
    throw new UsageError('--checkpoint or --compiled: none given; accepted: one of them');
  if (state === undefined || model === undefined) {
    throw new UsageError('--state or --model: none given with --compiled; accepted: both');
  }
  return {
    model: await restoreCompiled(compiled, state, model),
    origin: `${model} with the weights of ${state}`,
  };
}
