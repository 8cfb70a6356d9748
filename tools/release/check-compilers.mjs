// Compiles a program that uses every entry point with each version of TypeScript that users have, the declarations of
// the packages included (`skipLibCheck: false`).
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryPoints, installInto, packages } from './packages.mjs';

const versions = ['5.7.3', '5.8.3', '5.9.3', '6.0.3', '7.0.2'];

/** The packages whose declarations speak of Node, so that their users need `@types/node`. */
const forNode = ['lovasz', '@lovasz/runs', '@lovasz/onnxruntime'];

/** What gives ONNX Runtime on, whose own declarations speak of pages. */
const forPages = '@lovasz/onnxruntime/runtime';

/**
 * The package on TensorFlow.js, whose own declarations no compiler takes: they lack `@types/long`, and bring declarations of
 * WebGPU that those of TypeScript contradict. What is used of the package is checked all the same.
 */
const forTfjs = '@lovasz/tfjs';
const usesOfTfjs = `
import { lovaszSoftmax, meanIou, modelLoss, valueAndGradient } from '@lovasz/tfjs';
import { ones, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

export const loss: Scalar = lovaszSoftmax(ones([2, 3]), ones([2]), { ignoreIndex: 255 });
export const ofClasses: Tensor = lovaszSoftmax(ones([2, 3]), ones([2]), { reduction: 'none' });
export const ofModel: (labels: Tensor, output: Tensor) => Scalar = modelLoss('lovasz-hinge', { symmetric: true });
export const metric: (labels: Tensor, output: Tensor) => Scalar = meanIou({ classCount: 3 }).metric;
export const gradient: Promise<{ value: number; gradient: Tensor }> = valueAndGradient(
  'cross-entropy',
  ones([2, 3]),
  ones([2]),
);
// @ts-expect-error: no loss has this option
lovaszSoftmax(ones([2, 3]), ones([2]), { temperature: 1 });
`;

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

/** Uses of what people import most: a declaration that turns into `any` or loses a name fails here. */
const uses = `
import { kernelLoss, lovaszSoftmax, type TensorBackend } from '@lovasz/core';
import { meanIou, ConfusionMatrix } from '@lovasz/evaluation';
import type { TrainingGraph } from '@lovasz/onnx';

type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(equal: Is<A, B>): void => void equal;

const { value, gradient } = kernelLoss(
  'lovasz-softmax',
  { data: Float32Array.of(2, -1), shape: [1, 2] },
  { data: [0], shape: [1] },
);
same<typeof value, number>(true);
same<typeof gradient.shape, readonly number[]>(true);
same<ReturnType<typeof meanIou.of>, number>(true);
same<ConfusionMatrix['total'], number>(true);
same<TrainingGraph['step'], Uint8Array>(true);
export const scalar = <T>(backend: TensorBackend<T>, logits: T, labels: T): T =>
  lovaszSoftmax(backend, logits, labels, { ignoreIndex: 255 });
// @ts-expect-error: no loss has this name
kernelLoss('lovasz', { data: Float32Array.of(2, -1), shape: [1, 2] }, { data: [0], shape: [1] });
`;

/** The same of what runs in Node. */
const usesInNode = `${uses}
import { sgd } from '@lovasz/onnx';
import { readModel, Trainer } from '@lovasz/onnxruntime';

export const trainer = async (): Promise<Trainer> =>
  Trainer.create(await readModel('network.onnx'), {
    loss: (backend, logits, labels) => lovaszSoftmax(backend, logits, labels),
    optimizer: sgd({ momentum: 0.9 }),
  });
`;

/** Throws where a version of the compiler finds a fault in the program or in the declarations. */
export function checkCompilers(folder) {
  const importable = packages.flatMap(({ manifest }) =>
    entryPoints(manifest)
      .filter(({ types }) => types !== undefined)
      .map(({ specifier }) => ({
        specifier,
        isForNode: forNode.includes(manifest.name),
        isForTfjs: manifest.name === forTfjs,
        isForPages: specifier === forPages,
      })),
  );
  const kinds = [
    {
      name: 'types-with-node',
      has: ({ isForTfjs, isForPages }) => !isForTfjs && !isForPages,
      own: { types: ['node'] },
      program: usesInNode,
    },
    {
      name: 'types-without-node',
      has: ({ isForNode, isForTfjs }) => !isForNode && !isForTfjs,
      own: { types: [] },
      program: uses,
    },
    {
      name: 'types-of-runtime',
      has: ({ isForPages }) => isForPages,
      own: { types: ['node'], lib: ['es2023', 'dom'] },
      program: '',
    },
    {
      name: 'types-with-tfjs',
      has: ({ isForTfjs }) => isForTfjs,
      own: { skipLibCheck: true, types: [] },
      program: usesOfTfjs,
    },
  ];
  const programs = kinds.map(({ name, has, own, program: text }) => {
    const program = join(folder, name);
    mkdirSync(program, { recursive: true });
    const imports = importable
      .filter(has)
      .map(({ specifier }, i) => `export * as entry${i} from '${specifier}';\n`);
    writeFileSync(join(program, 'program.ts'), imports.join('') + text);
    writeFileSync(
      join(program, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...own }, files: ['program.ts'] }),
    );
    return program;
  });
  const compilers = versions.map((version) => `typescript-${version}@npm:typescript@${version}`);
  installInto(folder, [...compilers, '@types/node@20'], ['--no-save']);
  let failed = 0;
  for (const version of versions) {
    const compiler = join(folder, `node_modules/typescript-${version}/bin/tsc`);
    const faults = programs
      .map((program) => spawnSync(process.execPath, [compiler, '-p', program], { encoding: 'utf8' }))
      .filter(({ status }) => status !== 0)
      .map(({ stdout, stderr }) => `${stdout}${stderr}`);
    if (faults.length > 0) failed++;
    console.log(
      `TypeScript ${version} ${faults.length === 0 ? 'accepts the declarations' : `refuses\n${faults.join('')}`}`,
    );
  }
  if (failed > 0) throw new Error(`${failed} versions of TypeScript refuse the declarations`);
}
