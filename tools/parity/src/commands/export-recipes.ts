import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crossEntropy } from '@lovasz/core';
import { inspectModel, sgd } from '@lovasz/onnx';
import { readModel, Trainer } from '@lovasz/onnxruntime';
import type { Outcome } from '../report.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../python/export_recipes.py', import.meta.url));
const page = fileURLToPath(new URL('../../../../docs/exporting.md', import.meta.url));

const tolerance = 1e-5;

/** What the script found out about a recipe: the batch and its losses, or the package that it lacks. */
interface Expected {
  readonly missing?: string;
  readonly image: readonly number[];
  readonly labels: readonly number[];
  readonly losses: readonly number[];
  readonly trained: number;
  readonly rate: number;
}

/** A program of the page on exporting. */
export interface Recipe {
  /** The heading that it stands under, and which of the programs there it is. */
  readonly name: string;
  readonly program: string;
}

/** The Python programs of a page. */
export function recipesOf(text: string): readonly Recipe[] {
  return text.split(/^## /m).flatMap((section) => {
    const heading = section.slice(0, section.indexOf('\n'));
    return Array.from(section.matchAll(/^```python\n(.*?)^```$/gms), ([, program], place) => ({
      name: `${heading}/${place + 1}`,
      program: program!,
    }));
  });
}

/**
 * Runs the recipes of docs/exporting.md, and trains what they export: nothing to warn of, all parameters are trained, and
 * the losses are the framework's.
 *
 * @param python an interpreter with the packages of some of the recipes; of the others the outcome names what is missing.
 * @param write takes a line for each recipe that was not run.
 */
export async function* compareRecipes(
  python: string,
  write: (line: string) => void,
): AsyncGenerator<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'lovasz-parity-'));
  try {
    for (const { name, program } of recipesOf(await readFile(page, 'utf8'))) {
      const place = join(folder, name);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'recipe.py'), program);
      try {
        await run(python, [script, 'recipe.py'], { cwd: place, maxBuffer: 2 ** 26 });
        const expected = JSON.parse(await readFile(join(place, 'expected.json'), 'utf8')) as Expected;
        if (expected.missing !== undefined) write(`${name}: not run, ${python} has no ${expected.missing}`);
        else
          yield { name, tolerance, largestError: await largestError(join(place, 'network.onnx'), expected) };
      } catch (error) {
        const { stderr, message } = error as { stderr?: string; message: string };
        yield { name, tolerance, reason: stderr?.trim().split('\n').at(-1) ?? message };
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Trains by the expected batch, and returns the largest difference of the losses. */
async function largestError(
  file: string,
  { image, labels, losses, trained, rate }: Expected,
): Promise<number> {
  const model = await readModel(file);
  const { inputs } = inspectModel(model);
  const input = inputs[0]!.name;
  const trainer = await Trainer.create(model, {
    loss: (backend, logits, ids) => crossEntropy(backend, logits, ids, { ignoreIndex: 255 }),
    optimizer: sgd({ momentum: 0 }),
    inputShapes: { [input]: [2, 3, 16, 16] },
    onWarning: (warning) => {
      throw new Error(`warns: ${warning}`);
    },
  });
  try {
    if (trainer.parameterCount !== trained) {
      throw new Error(`${trainer.parameterCount} numbers are trained, expected ${trained}`);
    }
    const batch = { inputs: { [input]: Float32Array.from(image) }, labels: Int32Array.from(labels) };
    const found: number[] = [];
    for (let step = 0; step < 2; step++) found.push((await trainer.train(batch, rate)).loss);
    if (!(found[1]! < found[0]!)) throw new Error(`the loss rises from ${found[0]} to ${found[1]}`);
    return Math.max(...losses.map((loss, step) => Math.abs(loss - found[step]!)));
  } finally {
    await trainer.close();
  }
}
