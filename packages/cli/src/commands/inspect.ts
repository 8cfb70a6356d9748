import type { Command } from 'commander';
import { compileSettings } from '../compilation/compile-settings.js';
import { inspectFile } from '../inspection/inspect-file.js';
import { renderInspection } from '../inspection/render-inspection.js';
import { addSettings, readSettings } from '../options/settings-options.js';
import type { Surroundings } from './surroundings.js';

/** Declares `lovasz inspect`. */
export function addInspectCommand(program: Command, { stdout }: Surroundings): void {
  const command = program
    .command('inspect')
    .description(
      'describe a network: inputs, parameters, operators and their gradients, what a training step takes',
    )
    .argument('<model>', 'the network, an ONNX file');
  addSettings(command, compileSettings)
    .option('--json', 'print one JSON object, with the names of all parameters')
    .addHelpText(
      'after',
      `
The options besides --json are those of lovasz compile: they decide which training step is looked at.

Floating-point operations are two for each multiplication with its addition, of convolutions and matrix products.

Examples:
  lovasz inspect net.onnx
  lovasz inspect net.onnx --input-shape image=8x3x64x64 --optimizer sgd --json`,
    )
    .action(async (model: string, { json = false }: { json?: boolean }) => {
      const inspection = await inspectFile(model, readSettings(command, compileSettings));
      stdout.write(json ? `${JSON.stringify(inspection)}\n` : renderInspection(inspection));
    });
}
