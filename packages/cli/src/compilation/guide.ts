import { manifestFile, stateFile, type Manifest, type Port } from './manifest.js';
import { describeClasses } from '../text/describe-classes.js';
import { accumulationLoop, javaScriptStart, nodeProgram, pythonProgram, trainedFile } from './programs.js';

const purposes: Readonly<Record<string, string>> = {
  'step.onnx': 'One training step, fused: forward pass, loss, backward pass, update.',
  'forward.onnx': 'The network in training mode, and the loss.',
  'backward.onnx':
    'The loss and its gradient as one vector that lies as `parameters` does; gradients of several batches can be added up.',
  'optimizer.onnx': 'The update alone, from a gradient.',
  'evaluate.onnx':
    'The network as it predicts: by running statistics, without dropout. `predictions` is the class of each pixel.',
};

/** The README of a compiled folder. */
export function renderGuide(manifest: Manifest): string {
  const { model, settings, state, scalars, randomInputs, labels, layout } = manifest;
  const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\`\`\`\n`;
  const parameters = layout.parameters.length;
  return `# ${model.file}, compiled for training

Written by \`lovasz compile\`: graphs of standard ONNX operators (opset 18) that any stock ONNX Runtime executes. Nothing
else is needed to train.

| file | is |
| --- | --- |
${Object.keys(manifest.graphs)
  .map((name) => `| \`${name}\` | ${purposes[name]!} |`)
  .join('\n')}
| \`${stateFile}\` | The state to start from: float32 vectors, little-endian, one after the other. |
| \`${manifestFile}\` | Inputs, shapes, scalars, and what lies where in the vectors. |

Loss: ${settings.loss.join(' + ')}, labels of ${settings.ignoreIndex} left out. Optimizer: ${settings.optimizer.name} (${Object.entries(
    settings.optimizer.settings,
  )
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}).
${warningsOf(manifest)}
${describeOutput(manifest)}

## The state

| vector | numbers | starts at | holds |
| --- | ---: | ---: | --- |
${state.map(({ name, length, offset }) => `| \`${name}\` | ${length} | ${offset} | ${describeVector(name, manifest)} |`).join('\n')}

A graph does not change its inputs: what a vector becomes comes out as \`next_…\`, to be fed in the next time. \`layout\`
in \`${manifestFile}\` says where each of the ${parameters} parameters lies, by its name in the model.

What else is fed:

- \`labels\`: class ids, int32, [${labels.shape.join(', ')}]: ${describeLabels(manifest)}. A graph takes any number for a
  label and does not say so: the programs below refuse those that are none of these.
- scalars of the optimizer, with \`step\` counted from 1:${Object.entries(scalars)
    .map(([name, formula]) => `\n  - \`${name}\` = \`${formula}\``)
    .join('')}
${randomInputs.length === 0 ? '' : `- ${randomInputs.map(({ name }) => `\`${name}\``).join(', ')}: uniform random numbers in [0, 1), new ones for every step, for dropout.\n`}
## Node

\`npm install onnxruntime-node\`, save this as \`train.mjs\` beside the files, run \`node train.mjs\`. It takes ten steps on
a made-up batch, prints their losses, leaves the trained state in \`${trainedFile}\`, and evaluates.

${fence('js', nodeProgram(manifest))}
## Browser

The same program for \`onnxruntime-web\`, with this in place of all before \`const manifest\`:

${fence('js', javaScriptStart('browser'))}
On WebGPU: compile with \`--profile webgpu\`, import from \`onnxruntime-web/webgpu\`, and give
\`{ executionProviders: ['webgpu'] }\` to \`InferenceSession.create\`.

## Python

\`pip install numpy onnxruntime\`, save this as \`train.py\` beside the files, run \`python train.py\`.

${fence('python', pythonProgram(manifest))}
## Gradients of several batches

To update once for several batches, put this in place of everything from \`const learning_rate\` to the end of the loop:

${fence('js', accumulationLoop(manifest))}
## Back into the model

\`\`\`sh
lovasz export --compiled . --state ${trainedFile} --model ${model.file} --out tuned.onnx
\`\`\`

writes the trained weights and statistics into the model under their old names.

## Inputs and outputs

${Object.entries(manifest.graphs)
  .map(([name, { inputs, outputs }]) => `### ${name}\n\n${table(inputs, outputs)}`)
  .join('\n\n')}
`;
}

function warningsOf({ warnings }: Manifest): string {
  if (warnings.length === 0) return '';
  return `\n## Warnings\n\n${warnings.map((warning) => `- ${warning}`).join('\n')}\n`;
}

function describeLabels({ classes, output, settings }: Manifest): string {
  const left = `${settings.ignoreIndex} is left out`;
  return output.isBinary ? `1 is the foreground, 0 the rest, ${left}` : `0 to ${classes - 1}, ${left}`;
}

/** What is trained, and how predictions come about. */
function describeOutput({ output, settings }: Manifest): string {
  const { name, others, logitsShape } = output;
  const rest = others.length === 0 ? '' : ` (not ${others.map((each) => `\`${each}\``).join(', ')})`;
  return (
    `Trained is the output \`${name}\`${rest}, [${logitsShape.join(', ')}]: ${describeClasses(output)}. ` +
    (output.isBinary
      ? `Predicted is 1 where it is above ${settings.logitThreshold ?? 0}, and 0 elsewhere.`
      : 'Predicted is the class of the largest logit.')
  );
}

function describeVector(name: string, { settings }: Manifest): string {
  if (name === 'parameters') return 'what is trained';
  if (name === 'statistics') return 'running means and variances of batch normalization';
  return `a moment of ${settings.optimizer.name}`;
}

function table(inputs: readonly Port[], outputs: readonly Port[]): string {
  const rows = (kind: string, ports: readonly Port[]): string[] =>
    ports.map(({ name, type, shape }) => `| ${kind} | \`${name}\` | ${type} | [${shape.join(', ')}] |`);
  return [
    '| | name | type | shape |',
    '| --- | --- | --- | --- |',
    ...rows('in', inputs),
    ...rows('out', outputs),
  ].join('\n');
}
