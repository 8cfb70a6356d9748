import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { FuzzMessage, FuzzWork } from './fuzz-worker.js';
import { guardedRun } from './guarded-run.js';
import { mutationOf, specimenOf, type Specimen } from './specimen.js';

interface FuzzOptions {
  readonly count: number;
  readonly from: number;
  readonly seed: number;
  readonly deadline: number;
  readonly heap: number;
  readonly out: string;
}

/**
 * Runs the command line.
 *
 * @param args the arguments after the script's name.
 * @param write takes the report, line by line. What concerns the call itself goes to stderr.
 * @returns the exit code: 0 when every damaged file was refused or is valid, 1 when one was not, 2 for a wrong call.
 */
export async function runFuzz(args: readonly string[], write: (line: string) => void): Promise<number> {
  let exitCode = 0;
  const program = new Command('fuzz')
    .description('Damages models and reports what is no typed error and no valid model.')
    .argument('<files...>', 'ONNX files, or folders of them')
    .option('--count <n>', 'how many damaged files', natural, 10_000)
    .option('--from <index>', 'the first of them', natural, 0)
    .option('--seed <n>', 'from which all follows', natural, 1)
    .option('--deadline <ms>', 'processor time of one file', natural, 2000)
    .option('--heap <mib>', 'largest heap, and growth of memory by one file', natural, 1024)
    .option('--out <folder>', 'where files that failed are written', 'fuzz-failures')
    .exitOverride()
    .action(async (files: string[], options: FuzzOptions) => {
      exitCode = (await fuzz(await readSpecimens(files), options, write)) === 0 ? 0 : 1;
    });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed what it found itself, and the help that was asked for.
    if (error instanceof InvalidArgumentError) console.error(`fuzz: ${error.message}`);
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function natural(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('expected an integer');
  return value;
}

async function readSpecimens(paths: readonly string[]): Promise<readonly Specimen[]> {
  const specimens: Specimen[] = [];
  for (const path of paths) {
    const isFolder = await stat(path).then(
      (entry) => entry.isDirectory(),
      (error: Error) => {
        throw new InvalidArgumentError(error.message);
      },
    );
    const files = isFolder
      ? (await readdir(path)).filter((name) => name.endsWith('.onnx')).map((name) => join(path, name))
      : [path];
    for (const file of files) {
      // A copy of its own: what a file was read into may be a part of a larger buffer.
      specimens.push(specimenOf(basename(file, '.onnx'), new Uint8Array(await readFile(file))));
    }
  }
  if (specimens.length === 0) throw new InvalidArgumentError('there is no .onnx file');
  return specimens;
}

/** @returns how many failed. */
async function fuzz(
  specimens: readonly Specimen[],
  options: FuzzOptions,
  write: (line: string) => void,
): Promise<number> {
  const { count, from, seed, deadline, heap, out } = options;
  const begun = performance.now();
  const counts = { valid: 0, refused: 0, failure: 0 };
  const writing: Promise<void>[] = [];
  const fail = (index: number, message: string): void => {
    counts.failure++;
    const specimen = specimens[index % specimens.length]!;
    const { bytes, kind } = mutationOf(specimen, seed, index);
    const file = join(out, `${specimen.name}-${seed}-${index}.onnx`);
    write(`FAIL ${index} ${specimen.name} (${kind}): ${message}\n  ${file}`);
    writing.push(mkdir(out, { recursive: true }).then(() => writeFile(file, bytes)));
  };
  await guardedRun({
    script: new URL('./fuzz-worker.js', import.meta.url),
    data: { specimens, seed, growth: heap * 2 ** 20 } satisfies FuzzWork,
    from,
    to: from + count,
    deadline,
    heap,
    onMessage: (received) => {
      const { index, kind, message } = received as FuzzMessage;
      if (kind === 'failure') fail(index, message);
      else counts[kind]++;
    },
    onLoss: ({ index, message }) => fail(index, message),
  });
  await Promise.all(writing);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  write(
    `${count} mutations of ${specimens.length} models, seed ${seed}, ${seconds} s: ${counts.refused} refused, ${counts.valid} valid, ${counts.failure} failed`,
  );
  return counts.failure;
}
