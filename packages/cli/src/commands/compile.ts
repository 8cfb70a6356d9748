import { join } from 'node:path';
import type { Command } from 'commander';
import { compileModel } from '../compilation/compile-model.js';
import { compileSettings } from '../compilation/compile-settings.js';
import { addSettings, readSettings } from '../options/settings-options.js';
import type { Surroundings } from './surroundings.js';

/** Declares `lovasz compile`. */
export function addCompileCommand(program: Command, { stdout, stderr }: Surroundings): void {
  const command = program
    .command('compile')
    .description(
      'write training graphs of a network, which any stock ONNX Runtime executes, and how to run them',
    )
    .argument('<model>', 'the network, an ONNX file')
    .requiredOption('--out <directory>', 'the folder to write: new, empty, or as compile has left it');
  addSettings(command, compileSettings)
    .addHelpText(
      'after',
      `
Writes step.onnx (a training step in one), forward.onnx, backward.onnx and optimizer.onnx (the same in parts),
evaluate.onnx, state.bin (the weights to start from), manifest.json (inputs, shapes, layout), and a README.md with
programs for Node, the browser and Python. The trained state goes back into the model by lovasz export --compiled.

Examples:
  lovasz compile net.onnx --out net-training --input-shape image=8x3x64x64
  lovasz compile net.onnx --out net-training --frozen 'encoder.*' --batch-norm frozen --optimizer sgd`,
    )
    .action(async (model: string, { out }: { out: string }) => {
      const { layout, graphs, warnings } = await compileModel(
        model,
        readSettings(command, compileSettings),
        out,
      );
      for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
      const count = layout.parameters.reduce((sum, { size }) => sum + size, 0);
      stdout.write(
        `${out}: ${Object.keys(graphs).join(', ')}; ${count} numbers in ${layout.parameters.length} parameters are trained\n`,
      );
      stdout.write(`how to run them: ${join(out, 'README.md')}\n`);
    });
}
