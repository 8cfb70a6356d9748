import { manifestFile, stateFile, type Manifest, type Port } from './manifest.js';

/** The file that the programs leave the trained state in. */
export const trainedFile = 'trained.bin';

/** The steps that the programs take. */
const steps = 10;

/** What the programs need to know of a compiled folder. */
export type ProgramSubject = Pick<
  Manifest,
  'inputs' | 'labels' | 'classes' | 'randomInputs' | 'scalars' | 'state' | 'settings'
>;

const sizeOf = ({ shape }: Port): number => shape.reduce((product, length) => product * length, 1);

const indented = (lines: readonly string[], depth: number): string =>
  lines.map((line) => `${' '.repeat(depth)}${line}`).join('\n');

const momentsOf = ({ state }: ProgramSubject): readonly string[] =>
  state.map(({ name }) => name).filter((name) => name !== 'parameters' && name !== 'statistics');

const hasStatistics = ({ state }: ProgramSubject): boolean => state.some(({ name }) => name === 'statistics');

const start = {
  node: `import { readFile, writeFile } from 'node:fs/promises';

// Set before it is loaded, this keeps the runtime from sending usage data.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const { InferenceSession, Tensor } = await import('onnxruntime-node');

const load = async (name) => new Uint8Array(await readFile(new URL(name, import.meta.url)));
const save = (name, bytes) => writeFile(new URL(name, import.meta.url), bytes);
`,
  browser: `import { InferenceSession, Tensor } from 'onnxruntime-web';

const load = async (name) => new Uint8Array(await (await fetch(new URL(name, import.meta.url))).arrayBuffer());
const save = (name, bytes) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
};
`,
} as const;

/** What stands before the state is loaded: the runtime, and how files are read and written. */
export function javaScriptStart(platform: keyof typeof start): string {
  return start[platform];
}

/** A whole program for Node that trains on a made-up batch. */
export function nodeProgram(subject: ProgramSubject): string {
  return [start.node, javaScriptState(subject), stepLoop(subject), javaScriptEnd(subject)].join('\n');
}

/** The array type of each element type, and the numbers of a made-up input of `length` numbers. */
const javaScriptArrays: Readonly<Record<string, (length: number) => string>> = {
  float32: (length) => `Float32Array.from({ length: ${length} }, (_, i) => ((i * 37) % 101) / 50 - 1)`,
  float64: (length) => `Float64Array.from({ length: ${length} }, (_, i) => ((i * 37) % 101) / 50 - 1)`,
  int64: (length) => `new BigInt64Array(${length})`,
  int32: (length) => `new Int32Array(${length})`,
  int8: (length) => `new Int8Array(${length})`,
  uint8: (length) => `new Uint8Array(${length})`,
  bool: (length) => `new Uint8Array(${length})`,
};

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

function javaScriptTensor(port: Port, data: string): string {
  return `${key(port.name)}: new Tensor('${port.type}', ${data}, [${port.shape.join(', ')}]),`;
}

function javaScriptState(subject: ProgramSubject): string {
  const { inputs, labels } = subject;
  const labelled = `Int32Array.from({ length: ${sizeOf(labels)} }, (_, i) => (i * 7) % ${subject.classes})`;
  const batch = [
    ...inputs.map((port) => javaScriptTensor(port, javaScriptArrays[port.type]!(sizeOf(port)))),
    javaScriptTensor(labels, labelled),
  ];
  return `const manifest = JSON.parse(new TextDecoder().decode(await load('${manifestFile}')));
const numbers = new Float32Array((await load('${stateFile}')).slice().buffer);
const state = {};
for (const { name, offset, length } of manifest.state) {
  state[name] = new Tensor('float32', numbers.slice(offset, offset + length), [length]);
}

// Put your own data here.
const nextBatch = () => ({
${indented(batch, 2)}
});

// A label that is no class would train to nonsense without a word.
const checked = (batch) => {
  const isWrong = (label) => ${javaScriptIsWrong(subject)};
  const wrong = batch.labels.data.filter(isWrong);
  if (wrong.length === 0) return batch;
  const pixels = wrong.filter((label) => label === wrong[0]).length;
  const others = wrong.length - pixels;
  throw new RangeError(\`labels hold \${wrong[0]} (pixels: \${pixels})\${others > 0 ? \` and other wrong values (pixels: \${others})\` : ''}; accepted: ${acceptedLabels(subject)}\`);
};
`;
}

/** What programs accept as labels, as their messages tell. */
function acceptedLabels(subject: ProgramSubject): string {
  return `0…${subject.classes - 1} or ignoreIndex ${subject.settings.ignoreIndex}`;
}

function javaScriptIsWrong(subject: ProgramSubject): string {
  return `!((label >= 0 && label < ${subject.classes}) || label === ${subject.settings.ignoreIndex})`;
}

function randomFeeds({ randomInputs }: ProgramSubject): string[] {
  return randomInputs.map((port) =>
    javaScriptTensor(port, `Float32Array.from({ length: ${sizeOf(port)} }, Math.random)`),
  );
}

function scalarFeeds({ scalars }: ProgramSubject): string[] {
  return Object.entries(scalars).map(
    ([name, formula]) => `${key(name)}: new Tensor('float32', [${formula}], []),`,
  );
}

/** The loop of a program that trains by the fused step. */
function stepLoop(subject: ProgramSubject): string {
  return `const learning_rate = ${subject.settings.learningRate};
const session = await InferenceSession.create(await load('step.onnx'));
for (let step = 1; step <= ${steps}; step++) {
  const results = await session.run({
    ...checked(nextBatch()),
${indented([...randomFeeds(subject), ...scalarFeeds(subject), '...state,'], 4)}
  });
  for (const name of Object.keys(state)) state[name] = results[\`next_\${name}\`];
  console.log(\`\${step} \${results.loss.data[0]}\`);
}
`;
}

/** In place of {@link stepLoop}: one that adds up the gradients of several batches before each update. */
export function accumulationLoop(subject: ProgramSubject): string {
  const length = subject.state.find(({ name }) => name === 'parameters')!.length;
  const network = ['parameters', ...(hasStatistics(subject) ? ['statistics'] : [])];
  const own = (names: readonly string[]) => names.map((name) => `${name}: state.${name},`);
  return `const learning_rate = ${subject.settings.learningRate};
const batches = 2;
const backward = await InferenceSession.create(await load('backward.onnx'));
const optimizer = await InferenceSession.create(await load('optimizer.onnx'));
for (let step = 1; step <= ${steps}; step++) {
  const gradient = new Float32Array(${length});
  let loss = 0;
  for (let batch = 0; batch < batches; batch++) {
    const results = await backward.run({
      ...checked(nextBatch()),
${indented([...randomFeeds(subject), ...own(network)], 6)}
    });
    results.gradient.data.forEach((entry, i) => (gradient[i] += entry / batches));
    loss += results.loss.data[0] / batches;
${hasStatistics(subject) ? '    state.statistics = results.next_statistics;\n' : ''}  }
  const results = await optimizer.run({
    gradient: new Tensor('float32', gradient, [${length}]),
${indented([...own(['parameters', ...momentsOf(subject)]), ...scalarFeeds(subject)], 4)}
  });
  for (const name of Object.keys(results)) state[name.replace('next_', '')] = results[name];
  console.log(\`\${step} \${loss}\`);
}
`;
}

function javaScriptEnd(subject: ProgramSubject): string {
  const feeds = ['parameters', ...(hasStatistics(subject) ? ['statistics'] : [])].map(
    (name) => `${name}: state.${name}`,
  );
  return `for (const { name, offset } of manifest.state) numbers.set(state[name].data, offset);
await save('${trainedFile}', new Uint8Array(numbers.buffer));

const { labels, ...inputs } = nextBatch();
const evaluation = await InferenceSession.create(await load('evaluate.onnx'));
const { predictions } = await evaluation.run({ ...inputs, ${feeds.join(', ')} });
const right = predictions.data.filter((label, i) => label === labels.data[i]).length;
console.log(\`right \${right / predictions.data.length}\`);
`;
}

/** The numbers of a made-up input of `length` numbers, as NumPy makes them. */
const pythonArrays: Readonly<Record<string, (length: number) => string>> = {
  float32: (length) => `((numpy.arange(${length}) * 37 % 101) / 50 - 1).astype("float32")`,
  float64: (length) => `((numpy.arange(${length}) * 37 % 101) / 50 - 1).astype("float64")`,
  int64: (length) => `numpy.zeros(${length}, "int64")`,
  int32: (length) => `numpy.zeros(${length}, "int32")`,
  int8: (length) => `numpy.zeros(${length}, "int8")`,
  uint8: (length) => `numpy.zeros(${length}, "uint8")`,
  bool: (length) => `numpy.zeros(${length}, "bool")`,
};

/** A whole program for Python that does what {@link nodeProgram} does. */
export function pythonProgram(subject: ProgramSubject): string {
  const { inputs, labels, randomInputs, scalars } = subject;
  const entry = (port: Port, data: string): string =>
    `${JSON.stringify(port.name)}: ${data}.reshape([${port.shape.join(', ')}]),`;
  const batch = [
    ...inputs.map((port) => entry(port, pythonArrays[port.type]!(sizeOf(port)))),
    entry(labels, `(numpy.arange(${sizeOf(labels)}) * 7 % ${subject.classes}).astype("int32")`),
  ];
  const feeds = [
    '**checked(next_batch()),',
    ...randomInputs.map(
      ({ name, shape }) => `"${name}": numpy.random.random([${shape.join(', ')}]).astype("float32"),`,
    ),
    ...Object.entries(scalars).map(([name, formula]) => `"${name}": numpy.array(${formula}, "float32"),`),
    '**state,',
  ];
  const names = ['parameters', ...(hasStatistics(subject) ? ['statistics'] : [])];
  return `import json
import os
import pathlib

# Set before it is loaded, this keeps the runtime from sending usage data.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy
import onnxruntime

folder = pathlib.Path(__file__).parent
manifest = json.loads((folder / "${manifestFile}").read_text())
numbers = numpy.fromfile(folder / "${stateFile}", "<f4")
state = {v["name"]: numbers[v["offset"] : v["offset"] + v["length"]] for v in manifest["state"]}


# Put your own data here.
def next_batch():
    return {
${indented(batch, 8)}
    }


# A label that is no class would train to nonsense without a word.
def checked(batch):
    labels = batch["labels"]
    is_right = ((labels >= 0) & (labels < ${subject.classes})) | (labels == ${subject.settings.ignoreIndex})
    wrong = labels[~is_right]
    if wrong.size > 0:
        pixels = int((wrong == wrong[0]).sum())
        others = f" and other wrong values (pixels: {wrong.size - pixels})" if pixels < wrong.size else ""
        raise ValueError(f"labels hold {wrong[0]} (pixels: {pixels}){others}; accepted: ${acceptedLabels(subject)}")
    return batch


def open_session(name):
    return onnxruntime.InferenceSession(folder / name, providers=["CPUExecutionProvider"])


def run(session, feeds):
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


learning_rate = ${subject.settings.learningRate}
session = open_session("step.onnx")
for step in range(1, ${steps + 1}):
    feeds = {
${indented(feeds, 8)}
    }
    results = run(session, feeds)
    state = {name: results[f"next_{name}"] for name in state}
    print(step, float(results["loss"]))

numpy.concatenate([state[v["name"]] for v in manifest["state"]]).astype("<f4").tofile(folder / "${trainedFile}")

batch = next_batch()
labels = batch.pop("labels")
evaluation = run(open_session("evaluate.onnx"), {**batch, **{name: state[name] for name in [${names.map((name) => `"${name}"`).join(', ')}]}})
print("right", float((evaluation["predictions"] == labels).mean()))
`;
}
