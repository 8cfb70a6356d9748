import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { parseInputShape, type InputShapes } from 'lovasz';
import { checkCases } from './commands/cases.js';
import { compareCompiled } from './commands/compiled.js';
import { compareExports } from './commands/full-size-exports.js';
import { compareRecipes } from './commands/export-recipes.js';
import { compareLosses } from './commands/losses.js';
import { compareMetrics } from './commands/metrics.js';
import { compareModels } from './commands/onnx-models.js';
import { compareNodeTests, fails, type NodeTestOutcome } from './commands/onnx-node-tests.js';
import { compareOperators, operatorBackends } from './commands/onnx-operators.js';
import { compareRandomLosses } from './commands/random-losses.js';
import { checkReach } from './commands/reach.js';
import { compareProfiles, exportedCases } from './commands/profiles.js';
import { compareKernels, providerNames } from './commands/provider-kernels.js';
import { compareTrained } from './commands/trained-models.js';
import { compareWritten } from './commands/written-models.js';
import { lossBackends } from './loss-backends.js';
import { describeOutcome, nodeTestPage, summarize } from './node-test-report.js';
import { reportOutcomes } from './report.js';
import { runtimes } from './runtimes.js';

/**
 * Runs the command line.
 *
 * @param args the arguments after the script's name.
 * @param write takes the report, line by line. What concerns the call itself goes to stderr.
 * @returns the exit code: 0 when every case passes, 1 when one fails or there is none, 2 for a wrong call.
 */
export async function runParity(args: readonly string[], write: (line: string) => void): Promise<number> {
  let exitCode = 0;
  const program = new Command('parity')
    .description('Compares with expected values from elsewhere, one line per case.')
    .exitOverride();
  program
    .command('losses')
    .description('losses: value and gradient of each case in FOLDER/cases.json')
    .argument('<folder>', 'folder of cases.json and .safetensors files')
    .option('--backend <name>', `what computes: ${Object.keys(lossBackends).join(', ')}`, 'reference')
    .action(async (folder: string, options: { backend: string }) => {
      exitCode = await reportOutcomes(compareLosses(folder, options.backend), write);
    });
  program
    .command('metrics')
    .description(
      'metrics: every value of each case in FOLDER/cases.json, under the conventions of its source',
    )
    .argument('<folder>', 'folder of cases.json and .safetensors files')
    .action(async (folder: string) => {
      exitCode = await reportOutcomes(compareMetrics(folder), write);
    });
  program
    .command('onnx-models')
    .description('networks: logits, loss and every gradient of each case in FOLDER/models.json')
    .argument('<folder>', 'folder of models.json, .onnx and .safetensors files')
    .option('--backend <name>', `what executes: ${Object.keys(runtimes).join(', ')}`, 'onnxruntime')
    .action(async (folder: string, options: { backend: string }) => {
      exitCode = await reportOutcomes(compareModels(folder, options.backend), write);
    });
  program
    .command('full-size-exports')
    .description('the networks that python/export_networks.py wrote: as onnx-models, with a page')
    .argument('<folders...>', 'folders that it wrote')
    .option('--write <file>', 'writes a page of the figures')
    .option('--resume', 'takes the figures of cases that agreed in an earlier call')
    .action(async (folders: readonly string[], options: { write?: string; resume?: boolean }) => {
      exitCode = await reportOutcomes(compareExports(folders, options), write);
    });
  program
    .command('exports')
    .description('the recipes of docs/exporting.md: nothing to warn of, and the losses of the framework')
    .requiredOption('--python <path>', 'a Python with the packages of some of the recipes')
    .action(async ({ python }: { python: string }) => {
      exitCode = await reportOutcomes(compareRecipes(python, write), write);
    });
  program
    .command('onnx-operators')
    .description('operators: value and vector-Jacobian products of each case in FOLDER/operators.json')
    .argument('<folder>', 'folder of operators.json and operators.safetensors')
    .option('--backend <name>', `what executes: ${operatorBackends.join(', ')}`, 'onnxruntime')
    .action(async (folder: string, options: { backend: string }) => {
      exitCode = await reportOutcomes(compareOperators(folder, options.backend), write);
    });
  program
    .command('onnx-node-tests')
    .description('official node tests: types, values and gradients of each FOLDER/NAME/model.onnx')
    .argument('<folder>', 'what tools/parity/python/onnx_node_tests.py wrote')
    .option('--only <text>', 'cases whose name contains the text')
    .option('--runtime', 'run the written graphs, gradients included, on ONNX Runtime too')
    .option('--write <file>', 'writes a page of the outcomes')
    .action(async (folder: string, options: { only?: string; runtime?: boolean; write?: string }) => {
      const outcomes: NodeTestOutcome[] = [];
      for await (const outcome of compareNodeTests(folder, options)) {
        outcomes.push(outcome);
        write(describeOutcome(outcome));
      }
      const { counts, leftOut } = summarize(outcomes);
      for (const [reason, cases] of leftOut) write(`${cases.length} left out: ${reason}`);
      for (const [what, count] of Object.entries(counts)) write(`${count} ${what}`);
      if (options.write !== undefined) {
        const source = await readFile(join(folder, 'version.txt'), 'utf8').catch(() => 'an unnamed version');
        await writeFile(options.write, nodeTestPage(outcomes, source.trim()));
      }
      exitCode = outcomes.some(fails) ? 1 : 0;
    });
  program
    .command('random-losses')
    .description('random calls of the kernels, right and wrong, against the float64 reference')
    .option('--seed <number>', 'what the calls are drawn from', wholeNumber, 1)
    .option('--count <number>', 'how many calls', wholeNumber, 10_000)
    .option('--seconds <number>', 'when to stop at the latest', wholeNumber, 3600)
    .action((settings: { seed: number; count: number; seconds: number }) => {
      const { counts, failure } = compareRandomLosses(settings);
      for (const [verdict, count] of Object.entries(counts)) write(`${count} ${verdict}`);
      if (failure !== undefined) write(failure);
      exitCode = failure === undefined ? 0 : 1;
    });
  program
    .command('compiled')
    .description(
      'lovasz compile: the Node and the Python program of its README, whose losses must fall and be the same',
    )
    .argument('<models...>', 'ONNX files')
    .requiredOption('--python <path>', 'a Python with numpy and onnxruntime')
    .option('--input-shape <shape>', 'NAME=1x3x64x64, as lovasz compile takes it (repeatable)', inputShape)
    .action(async (models: readonly string[], options: { python: string; inputShape?: InputShapes }) => {
      const { python, inputShape: shapes = {} } = options;
      exitCode = await reportOutcomes(compareCompiled(models, python, shapes), write);
    });
  program
    .command('written-models')
    .description(
      'models written with other weights: accepted by the ONNX checker, and nothing else has changed',
    )
    .argument('<models...>', 'ONNX files')
    .requiredOption('--python <path>', 'a Python with onnx and onnxruntime')
    .option('--large <gibibytes>', 'one more model of that size, with its data beside it', Number)
    .action(async (models: readonly string[], options: { python: string; large?: number }) => {
      exitCode = await reportOutcomes(compareWritten(models, options.python, options.large), write);
    });
  program
    .command('reach')
    .description(
      'networks: the gradient of every trained parameter against a central difference, and what is not trained',
    )
    .argument('<models...>', 'ONNX files')
    .option('--input-shape <shape>', 'NAME=1x3x64x64, as lovasz compile takes it (repeatable)', inputShape)
    .action(async (models: readonly string[], options: { inputShape?: InputShapes }) => {
      exitCode = await reportOutcomes(checkReach(models, options.inputShape ?? {}, write), write);
    });
  program
    .command('trained-models')
    .description('what is written after training: its logits against those of evaluate.onnx')
    .argument('<paths...>', 'ONNX files, or folders of them')
    .option('--input-shape <shape>', 'NAME=1x3x64x64: shape of an input (repeatable)', inputShape)
    .action(async (paths: readonly string[], options: { inputShape?: InputShapes }) => {
      exitCode = await reportOutcomes(compareTrained(paths, options.inputShape), write);
    });
  program
    .command('cases')
    .description('small inputs that went wrong once: each trained, written and compared as its README says')
    .argument('<folder>', 'folder of README.md and a folder for each kind')
    .action(async (folder: string) => {
      exitCode = await reportOutcomes(checkCases(folder), write);
    });
  program
    .command('profiles')
    .description('training graphs for every profile: kernels for all nodes, and the same step on the CPU')
    .argument('<folder>', 'folder of models.json, .onnx and .safetensors files')
    .action(async (folder: string) => {
      exitCode = await reportOutcomes(compareProfiles(await exportedCases(folder)), write);
    });
  program
    .command('provider-kernels')
    .description('tables of the kernels that providers have, against the ONNX Runtime that is installed')
    .argument('[providers...]', `which: ${providerNames.join(', ')}`, ['cpu'])
    .requiredOption('--python <path>', 'a Python with onnx')
    .option('--write', 'write the tables anew')
    .action(async (names: readonly string[], options: { python: string; write?: boolean }) => {
      const unknown = names.find((name) => !providerNames.includes(name));
      if (unknown !== undefined) {
        throw new InvalidArgumentError(`no provider "${unknown}"; expected ${providerNames.join(', ')}`);
      }
      const { python, write: writes = false } = options;
      exitCode = await reportOutcomes(compareKernels(names, python, writes), write);
    });

  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed what it found itself, and the help that was asked for.
    if (error instanceof InvalidArgumentError) console.error(`parity: ${error.message}`);
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function inputShape(text: string, before?: InputShapes): InputShapes {
  try {
    return parseInputShape(text, before);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
