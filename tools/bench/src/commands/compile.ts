import { InvalidArgumentError } from 'commander';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CompileWork } from '../compile-work.js';
import type { Figure } from '../figures.js';
import { median } from '../median.js';

const run = promisify(execFile);

/** The built file, from the sources too. */
const work = fileURLToPath(new URL('../../dist/compile-work.js', import.meta.url));

/**
 * Measures the compiler, each time in a process of its own: a chain of nodes in several lengths; with a Python, also
 * torchvision's fcn_resnet50, exported on the spot with random weights.
 *
 * @param options.nodes lengths of the chain, ascending: the second must take at most 3 s.
 */
export async function measureCompile(options: {
  readonly repeats: number;
  readonly nodes?: readonly number[];
  readonly python?: string | undefined;
}): Promise<readonly Figure[]> {
  const { repeats, nodes = [1000, 10_000, 20_000], python } = options;
  return [
    ...(python === undefined ? [] : await measureExport(python, repeats)),
    ...(await measureChains(nodes, repeats)),
  ];
}

async function measureOnce(kind: 'file' | 'chain', subject: string): Promise<CompileWork> {
  const { stdout } = await run(process.execPath, [work, kind, subject]);
  return JSON.parse(stdout) as CompileWork;
}

async function measureExport(python: string, repeats: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'));
  try {
    const file = join(folder, 'fcn_resnet50.onnx');
    const script = fileURLToPath(new URL('../../python/export_fcn_resnet50.py', import.meta.url));
    await run(python, [script, file]).catch((error: Error) => {
      throw new InvalidArgumentError(`--python ${python}: ${error.message}`);
    });
    const found: CompileWork[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) found.push(await measureOnce('file', file));
    const middle = (of: (each: CompileWork) => number): number => median(found.map(of));
    return [
      { name: 'fcn_resnet50: the file', value: middle((each) => each.modelBytes) / 1e6, unit: 'MB' },
      {
        name: 'fcn_resnet50: inspected and differentiated',
        value: middle((each) => each.seconds),
        unit: 's',
        must: 2,
      },
      { name: 'fcn_resnet50: processor time', value: middle((each) => each.processorSeconds), unit: 's' },
      {
        name: 'fcn_resnet50: memory',
        value: middle((each) => each.memoryBytes / each.modelBytes),
        unit: "of the file's size",
        must: 2.5,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureChains(lengths: readonly number[], repeats: number): Promise<Figure[]> {
  const found = new Map(lengths.map((length) => [length, [] as CompileWork[]]));
  // In turns, so that all meet the same disturbances.
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const length of lengths) found.get(length)!.push(await measureOnce('chain', String(length)));
  }
  const [, second, longest] = lengths;
  const figures = [...found].flatMap(([length, each]): Figure[] => [
    {
      name: `chain of ${length} nodes: differentiated`,
      value: median(each.map(({ seconds }) => seconds)),
      unit: 's',
      ...(length === second ? { must: 3 } : {}),
    },
    {
      name: `chain of ${length} nodes: processor time per node`,
      value: (1e6 / length) * median(each.map(({ processorSeconds }) => processorSeconds)),
      unit: 'µs',
    },
  ]);
  if (second === undefined || longest === undefined) return figures;
  const ratios = found
    .get(longest)!
    .map(
      ({ processorSeconds }, place) =>
        processorSeconds / longest / (found.get(second)![place]!.processorSeconds / second),
    );
  return [
    ...figures,
    {
      name: `processor time per node, ${longest} / ${second} nodes`,
      value: median(ratios),
      unit: '',
      must: 1.3,
    },
  ];
}
