// Compiles every code block of the READMEs and pages and every `@example`, runs them, and compares what stands in a
// comment behind an expression with what it gives. What is not run is named, with the reason.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { blocksOfPages, examplesOfExports } from './examples.mjs';
import { packages, root } from './packages.mjs';

/** Values that examples take as given, by package. */
const lossOfOnnx = '((backend, logits, labels) => lovaszSoftmax(backend, logits, labels)) satisfies Loss';
const trainerOfOnnx = `await Trainer.create(await readModel('network.onnx'), {
  loss: ${lossOfOnnx}, optimizer: sgd(), inputShapes: { image: [2, 3, 32, 32] } })`;
const countsOf = (numClasses) =>
  `new ImageCounts({ numClasses: ${numClasses}, ignoreIndex: ${numClasses === 2 ? '[]' : 255} })
    .add('a', [0, 1, 0, 1], [0, 1, 1, 1]).add('b', [0, 0, 1, 1], [0, 1, 1, 1])`;
const given = {
  '@lovasz/evaluation': {
    labels: '[0, 1, 0, 1]',
    predictions: '[0, 1, 1, 1]',
    labelIds: '[7, 7, 26, 26]',
    instanceIds: '[7, 7, 26000, 26000]',
    frames: '[[labelIds, predictions, instanceIds]] as const',
    files:
      "[{ id: 'a', width: 300, height: 300, numClasses: 21, labels: Uint8Array.from({ length: 90_000 }, (_, i) => i % 21) }, { id: 'b', width: 1, height: 1, numClasses: 21, labels: Uint8Array.of(0) }]",
    index:
      'new ClassIndex({ numClasses: 21, images: files.map(({ labels, ...rest }) => indexImage(labels, rest)) })',
    ours: "new ImageCounts({ numClasses: 2 }).add('a', labels, predictions)",
    theirs: "new ImageCounts({ numClasses: 2 }).add('a', labels, labels)",
  },
  '@lovasz/core': {
    logits: 'referenceTensor([2, -1, 0, 1], [2, 2])',
    labels: 'referenceTensor([0, 1], [2])',
  },
  '@lovasz/datasets': {
    dataset: 'shapes({ length: 4, width: 160, height: 128 })',
    sample: 'await dataset.sample(0)',
    uniform: '(random: unknown, low: number, high: number): number => low',
  },
  '@lovasz/onnx': {
    url: "'data:application/octet-stream,'",
    bytes: "new Uint8Array(await readFile('network.onnx'))",
    logits: "graph.input('logits', 'float32', [2, 3, 4])",
    labels: "graph.input('labels', 'int32', [2, 4])",
  },
  '@lovasz/conformance': {
    adapter: `{
      name: 'reference',
      evaluate: (loss, input, labels) => {
        const [x, y] = [input, labels].map(({ data, shape }) => referenceTensor(data, shape));
        const { value, gradients } = valueAndGradient((backend, variable) => loss(backend, variable!, y!), [x!]);
        return { value, gradient: gradients[0]!.data };
      },
    } satisfies Adapter`,
  },
  '@lovasz/tfjs': {
    tf: "await import('@tensorflow/tfjs')",
    images: 'tf.ones([4, 8, 8, 3])',
    labels: "tf.zeros([4, 8, 8], 'int32')",
    classIds: "tf.zeros([4, 8, 8], 'int32')",
    oneHot: "tf.oneHot(tf.zeros([4, 8, 8], 'int32'), 3)",
    logits: 'tf.ones([4, 8, 8, 3])',
    name: "'lovasz-softmax' as const",
    options: '{ ignoreIndex: 255 }',
    optimizer: 'tf.train.sgd(0.1)',
    model: `tf.sequential({ layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [8, 8, 3], activation: 'softmax' })] }) as any`,
  },
  '@lovasz/runs': {
    eventsOfKind:
      '(events: readonly RunEvent[], kind: string): RunEvent[] => events.filter(({ event }) => event === kind)',
  },
  '': {
    files:
      "[{ id: 'a', width: 500, height: 375, labels: Uint8Array.from({ length: 500 * 375 }, (_, i) => i % 21) }]",
    worker: '0',
    workers: '1',
    image: 'new Float32Array(2 * 3 * 32 * 32)',
    labels: 'new Int32Array(2 * 32 * 32)',
    loss: lossOfOnnx,
    optimizer: 'sgd()',
    trainer: trainerOfOnnx,
    nextBatch:
      'async () => ({ image: new Float32Array(2 * 3 * 32 * 32), labels: new Int32Array(2 * 32 * 32) })',
    readFile: "(await import('node:fs/promises')).readFile",
    writeFile: "(await import('node:fs/promises')).writeFile",
    graph: `buildTrainingGraph(decodeModel(await readFile('network.onnx')), {
      loss: ${lossOfOnnx}, optimizer: sgd(), inputShapes: { image: [2, 3, 32, 32] } })`,
  },
};
/** Where the same name is another thing than in the rest of its package. */
const givenInOne = {
  '@lovasz/evaluation ClassIndex': {
    files: "[{ id: 'a', width: 2, height: 2, numClasses: 2, labels: [0, 1, 1, 1] }]",
  },
  '@lovasz/evaluation interval': { counts: countsOf(2) },
  '@lovasz/evaluation keras': { counts: countsOf(2) },
  '@lovasz/evaluation jdtLosses': { counts: countsOf(19) },
  '@lovasz/evaluation lovaszSoftmax': { counts: countsOf(21) },
  '@lovasz/evaluation segmentationModels': { counts: countsOf(3) },
  '@lovasz/evaluation torchmetrics': { counts: countsOf(3) },
  '@lovasz/onnx createOnnxBackend': { graph: 'new GraphBuilder()' },
};

/** What is made smaller for a run, so that it takes no minutes. */
const smaller = [
  [/image: \[\d+, 3, \d+, \d+\]/g, 'image: [2, 3, 32, 32]'],
  [/\b20_000\b/g, '2'],
  [/epochs: 1\b/g, 'steps: 2'],
];

/** What cannot run as it stands: a part of a name, and why. What is no whole program is not compiled either. */
const notRun = [
  { name: 'docs/adding-an-operator.md', why: 'entries of a table, not a program', isCompiled: false },
  { name: 'docs/adding-an-adapter.md', why: 'run by packages/conformance in its tests', isCompiled: true },
  {
    name: '@lovasz/onnx GraphWriter',
    why: 'exported as a type; GraphBuilder is what is made of it',
    isCompiled: false,
  },
  ...[
    '@lovasz/evaluation SampleStream',
    '@lovasz/evaluation ProbabilityHistogram',
    '@lovasz/evaluation decideLabelsByRule',
    '@lovasz/evaluation denseCrf',
    '@lovasz/evaluation predictAugmented',
    '@lovasz/evaluation predictBySlidingWindow',
  ].map((name) => ({ name, why: 'speaks of a network or of scores that the reader has', isCompiled: false })),
];
/** Examples whose comment shows values of data that is not here. */
const notCompared = [
  '@lovasz/evaluation slidingWindows',
  '@lovasz/evaluation interval',
  '@lovasz/evaluation compare',
  'packages/evaluation/README.md',
];
const exception = ({ name }) => notRun.find((each) => name.startsWith(each.name));

const folder = join(root, 'node_modules/.cache/lovasz-examples');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');

const { examples, exporters } = examplesOfExports();
const all = [...examples, ...blocksOfPages(['ts', 'js'])];
const compiled = all
  .filter((each) => exception(each)?.isCompiled ?? true)
  .map((each, i) => ({ ...each, file: join(folder, `example-${i}.ts`), lines: new Map() }));

/** The block before this one on its page that declares a name: what follows builds on it. */
const earlierBlock = (name, example) =>
  compiled
    .slice(0, compiled.indexOf(example))
    .findLast(
      (each) =>
        each.name.split(':')[0] === example.name.split(':')[0] &&
        new RegExp(`\\b(const|let|function|class) (\\[|\\{)?[^=;]*\\b${name}\\b`).test(each.code),
    );

/**
 * What brings a missing name: an earlier block of the page, a value that is given, or an import, of the example's own
 * package first.
 */
function bring(name, example) {
  if (example.name.includes('.md:')) {
    const earlier = earlierBlock(name, example);
    // Its own imports are found anew, so that no name is imported twice.
    if (earlier !== undefined) return earlier.code.replaceAll(/^import .*;\n/gm, '');
  }
  const value = givenInOne[example.name]?.[name] ?? given[example.package ?? '']?.[name] ?? undefined;
  if (value !== undefined) return `const ${name} = ${value};`;
  const from = exporters.get(name) ?? [];
  const best =
    from.find((specifier) => specifier === example.package) ??
    from.find((specifier) => specifier.startsWith(`${example.package}/`)) ??
    // A loss before the metric of its name.
    from.find((specifier) => specifier === '@lovasz/core') ??
    from[0];
  if (best !== undefined) return `import { ${name} } from '${best}';`;
  return given[''][name] === undefined ? undefined : `const ${name} = ${given[''][name]};`;
}

const compilerOptions = {
  lib: ['lib.es2023.d.ts'],
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  types: ['node'],
  moduleDetection: ts.ModuleDetectionKind.Force,
};
/** The example behind the lines that bring what it misses, each after those that it refers to. */
function textOf({ lines, code }) {
  const waiting = new Map(lines);
  const ordered = [];
  while (waiting.size > 0) {
    const isFree = ([name, line]) =>
      ![...waiting.keys()].some((other) => other !== name && new RegExp(`\\b${other}\\b`).test(line));
    const [name, line] = [...waiting].find(isFree) ?? [...waiting][0];
    ordered.push(line);
    waiting.delete(name);
  }
  return `${ordered.join('\n')}\n${code}`;
}

let program;
let diagnostics = [];
for (let round = 0; round < 6; round++) {
  for (const each of compiled) writeFileSync(each.file, textOf(each));
  program = ts.createProgram(
    compiled.map(({ file }) => file),
    compilerOptions,
    undefined,
    program,
  );
  diagnostics = compiled.flatMap((example) => {
    const source = program.getSourceFile(example.file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ code, messageText, start }) => ({
        example,
        code,
        line: source.getLineAndCharacterOfPosition(start).line - example.lines.size,
        text: ts.flattenDiagnosticMessageText(messageText, '\n'),
      }),
    );
  });
  let isComplete = true;
  for (const { example, code, text } of diagnostics) {
    // Cannot find name 'x'; the same with a suggestion; no value exists in scope for the shorthand property 'x'.
    if (![2304, 2552, 2663, 18004].includes(code)) continue;
    const name = /'(\w+)'/.exec(text)[1];
    const line = bring(name, example);
    if (line === undefined || example.lines.has(name)) continue;
    // The same block may bring several names.
    if (![...example.lines.values()].includes(line)) example.lines.set(name, line);
    isComplete = false;
  }
  if (isComplete) break;
}
const faults = diagnostics.map(({ example, line, text }) => `${example.name}, line ${line}: ${text}`);
for (const fault of faults) console.error(`does not compile: ${fault}`);

/** `f(x); // 3` becomes `shown(f(x), '3')`, and `console.log(a, b); // 1 2` likewise. */
const compareComments = (context) => (source) => {
  const visit = (node) => {
    if (!ts.isExpressionStatement(node)) return ts.visitEachChild(node, visit, context);
    const [comment] = ts.getTrailingCommentRanges(source.text, node.end) ?? [];
    if (comment === undefined) return node;
    const { factory } = context;
    const isLog =
      ts.isCallExpression(node.expression) && node.expression.expression.getText(source) === 'console.log';
    const values = isLog ? node.expression.arguments : [node.expression];
    return factory.createExpressionStatement(
      factory.createCallExpression(factory.createIdentifier('shown'), undefined, [
        factory.createStringLiteral(source.text.slice(comment.pos + 2, comment.end).trim()),
        ...values,
      ]),
    );
  };
  return ts.visitNode(source, visit);
};

const broken = new Set(diagnostics.map(({ example }) => example));
const runnable = compiled.filter((each) => exception(each) === undefined && !broken.has(each));
for (const each of runnable) {
  const text = smaller.reduce((code, [from, to]) => code.replaceAll(from, to), textOf(each));
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { ...compilerOptions, module: ts.ModuleKind.ESNext },
    transformers: { before: [compareComments] },
  });
  writeFileSync(each.file.replace(/ts$/, 'mjs'), outputText);
}
const files = runnable.map(({ name, code, file }) => ({
  name,
  file: file.replace(/ts$/, 'mjs'),
  isTest: code.includes("'node:test'"),
  isCompared: !notCompared.some((start) => name.startsWith(start)),
}));
writeFileSync(join(folder, 'examples.json'), JSON.stringify(files.filter(({ isTest }) => !isTest)));
cpSync(fileURLToPath(new URL('run-examples.mjs', import.meta.url)), join(folder, 'run-examples.mjs'));
const run = (args, stdio) =>
  spawnSync(process.execPath, ['--no-warnings', ...args], { cwd: folder, stdio, timeout: 300_000 }).status ===
  0;
let passed = run([join(folder, 'run-examples.mjs')], 'inherit');
for (const { name, file } of files.filter(({ isTest }) => isTest)) {
  if (run(['--test', file], 'ignore')) continue;
  console.error(`FAILED  ${name}: node --test fails`);
  passed = false;
}
for (const each of all) {
  if (exception(each)) console.log(`not run: ${each.name} (${exception(each).why})`);
}
console.log(
  `${all.length} examples of ${packages.length} packages, ${compiled.length} compiled, ${runnable.length} run`,
);
process.exitCode = passed && faults.length === 0 ? 0 : 1;
