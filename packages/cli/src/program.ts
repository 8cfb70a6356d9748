import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { addCompileCommand } from './commands/compile.js';
import { addEvaluateCommand } from './commands/evaluate.js';
import { addExportCommand } from './commands/export.js';
import { addInspectCommand } from './commands/inspect.js';
import { addTrainCommand } from './commands/train.js';
import type { Surroundings } from './commands/surroundings.js';
import { exitCodeOf, strictCommand } from './options/strict-command.js';

/**
 * The program `lovasz`: carries out a command line and returns its exit code. 0: done; 1: failed while running; 2: a
 * command line that cannot be carried out as written; 130: stopped on request.
 *
 * @param words the command line without the name of the program.
 */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  let code = 0;
  const exit = (value: number) => void (code = value);
  const program = strictCommand('lovasz')
    .description('Train segmentation networks for the Jaccard index (IoU) on ONNX Runtime.')
    .version(version())
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  addTrainCommand(program, surroundings, exit);
  addEvaluateCommand(program, surroundings, exit);
  addExportCommand(program, surroundings);
  addCompileCommand(program, surroundings);
  addInspectCommand(program, surroundings);
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its own.
    if (!(error instanceof CommanderError)) stderr.write(`error: ${describe(error)}\n`);
    return exitCodeOf(error);
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** The message alone; with the environment variable DEBUG, where it came from too. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['DEBUG'] ? (error.stack ?? error.message) : error.message;
}
