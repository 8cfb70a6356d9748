import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { compileModel, type CompileOptions, type InputShapes, type Manifest } from 'lovasz';
import type { Outcome } from '../report.js';

const run = promisify(execFile);

/** Of a loss: both runtimes are float32, and what one step is off by grows over ten. */
const tolerance = 1e-3;

const optimizers = ['sgd', 'adam'] as const;

/**
 * Compiles models as `lovasz compile` does and trains each by the Node and by the Python program that the README in its
 * folder shows, the words as they stand there. The largest error is that of a loss, relative to Node's.
 *
 * @param python an interpreter with numpy and onnxruntime.
 */
export async function* compareCompiled(
  models: readonly string[],
  python: string,
  inputShapes: InputShapes,
): AsyncGenerator<Outcome> {
  for (const model of models) {
    for (const optimizer of optimizers) {
      const name = `${basename(model, '.onnx')}/${optimizer}`;
      try {
        const losses = await trainByBoth(model, python, {
          inputShapes,
          optimizer,
          learningRate: 1e-3,
          weightDecay: 1e-4,
        });
        yield { name, tolerance, largestError: compare(losses) };
      } catch (error) {
        yield { name, tolerance, reason: reasonOf(error) };
      }
    }
  }
}

interface Losses {
  readonly node: readonly number[];
  readonly python: readonly number[];
}

async function trainByBoth(model: string, python: string, options: CompileOptions): Promise<Losses> {
  const root = await mkdtemp(join(tmpdir(), 'lovasz-parity-'));
  try {
    const folder = join(root, 'compiled');
    refuseChance(await compileModel(model, options, folder));
    const guide = await readFile(join(folder, 'README.md'), 'utf8');
    const program = async (language: string, file: string): Promise<string> => {
      const path = join(folder, file);
      await writeFile(path, new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(guide)![1]!);
      return path;
    };
    const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    // A folder `node_modules` with the runtime alone: what a user installs.
    await symlink(dirname(runtime), join(root, 'node_modules'));
    const node = await run(process.execPath, [await program('js', 'train.mjs')]);
    const other = await run(python, [await program('python', 'train.py')]);
    return { node: lossesIn(node.stdout), python: lossesIn(other.stdout) };
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Two programs that draw their own random numbers cannot be compared. */
function refuseChance({ randomInputs }: Manifest): void {
  if (randomInputs.length > 0) throw new Error('the network drops out at random');
}

/** The losses that a program prints: lines of a step and its loss. */
function lossesIn(printed: string): number[] {
  return Array.from(printed.matchAll(/^\d+ (\S+)$/gm), ([, loss]) => Number(loss));
}

function compare({ node, python }: Losses): number {
  if (node.length === 0 || node.length !== python.length) {
    throw new Error(`Node took ${node.length} steps, Python ${python.length}`);
  }
  if (!(node.at(-1)! < node[0]!)) throw new Error(`the loss went from ${node[0]!} to ${node.at(-1)!}`);
  // Math.max keeps NaN, which is within no tolerance.
  return Math.max(...node.map((loss, step) => Math.abs(python[step]! / loss - 1)));
}

/** The last line of what a program complained of, or the message. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return stderr?.trim().split('\n').at(-1) ?? message;
}
