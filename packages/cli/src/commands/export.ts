import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { writeModel } from '@lovasz/onnxruntime';
import { restoreModel } from '../training/restore-model.js';
import { readCheckpoint, recordOf } from '../training/run-record.js';
import type { Surroundings } from './surroundings.js';

/** Declares `lovasz export`. */
export function addExportCommand(program: Command, { stdout }: Surroundings): void {
  program
    .command('export')
    .description('write the network of a checkpoint as an ONNX file for inference')
    .requiredOption('--checkpoint <file>', 'checkpoint.safetensors of a run')
    .requiredOption('--out <file>', 'the ONNX file to write')
    .addHelpText(
      'after',
      `
The input is the image [batch, 3, height, width]: red, green and blue in [0, 1], less the mean (0.485, 0.456, 0.406)
and divided by the standard deviation (0.229, 0.224, 0.225). The output is the logits [batch, classes, height, width].

Example:
  lovasz export --checkpoint runs/unet-shapes-lovasz-softmax/checkpoint.safetensors --out shapes.onnx`,
    )
    .action(async ({ checkpoint: file, out }: { checkpoint: string; out: string }) => {
      const checkpoint = await readCheckpoint('--checkpoint', file);
      const model = await restoreModel(checkpoint, recordOf(checkpoint, file));
      await mkdir(dirname(out), { recursive: true });
      await writeModel(out, model);
      stdout.write(`${out}: the network after step ${checkpoint.step}\n`);
    });
}
