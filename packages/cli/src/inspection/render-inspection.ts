import type { DeclaredValue, OperatorSupport, TensorSum } from '@lovasz/onnx';
import { describeClasses } from '../text/describe-classes.js';
import { alignColumns } from '../text/align-columns.js';
import { formatCount, formatQuantity } from '../text/format-quantity.js';
import type { FileInspection, TrainingInspection } from './inspect-file.js';

const gradients: Readonly<Record<OperatorSupport, string>> = {
  rule: 'yes',
  rewriting: 'by rewriting',
  none: 'none flows',
  resolved: 'resolved when read',
  unsupported: 'UNSUPPORTED',
};

/** An inspection as text for a terminal. */
export function renderInspection(inspection: FileInspection): string {
  const { parameters, statistics, operators, unsupported, training, warnings } = inspection;
  // A step knows besides which parameters no gradient reaches.
  const { untrained } = 'error' in training ? inspection : training;
  return [
    `${inspection.file}: ${inspection.producer || 'no producer named'}, opset ${inspection.opset}, ${formatQuantity(inspection.bytes, 'B')}`,
    section('inputs', alignColumns(inspection.inputs.map(declaredRow))),
    section('outputs', alignColumns(inspection.outputs.map(declaredRow))),
    section('trained output', trainedOutputLines(inspection.output)),
    section(`parameters: ${sum(parameters)}`, alignColumns(parameters.kinds.map(kindRow), 'lrr')),
    ...(statistics.tensors === 0 ? [] : [`running statistics: ${sum(statistics)}`]),
    section(
      `operators: ${counted(
        operators.reduce((all, { nodes }) => all + nodes, 0),
        'node',
      )}`,
      alignColumns(
        [
          ['', 'nodes', 'gradient'],
          ...operators.map(({ name, nodes, support }) => [name, formatCount(nodes), gradients[support]]),
        ],
        'lrl',
      ),
    ),
    ...(unsupported.length === 0
      ? []
      : [
          section(
            'unsupported',
            unsupported.map(({ operator, node }) => `${operator} '${node}'`),
          ),
        ]),
    'error' in training
      ? section('training: not as it is', [training.error])
      : section(
          `training: a step of ${training.loss.join('+')} by ${training.optimizer} for ${shapesOf(training)}`,
          alignColumns(trainingRows(training), 'lrl'),
        ),
    ...(untrained.length === 0 ? [] : [section('not trained', alignColumns(untrainedRows(untrained)))]),
    ...(warnings.length === 0
      ? []
      : [
          section(
            'warnings',
            warnings.map((warning) => `- ${warning}`),
          ),
        ]),
    '',
  ].join('\n');
}

function trainedOutputLines(output: FileInspection['output']): string[] {
  if ('error' in output) return [output.error];
  const { name, others, logitsShape, labelShape, evidence } = output;
  return [
    `${name} [${logitsShape.join(', ')}]: ${describeClasses(output)} (${evidence}); labels [${labelShape.join(', ')}]`,
    ...(others.length === 0 ? [] : [`not trained: ${others.join(', ')}; --output chooses another`]),
  ];
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function declaredRow({ name, type, shape }: DeclaredValue): string[] {
  return [name, type, shape === undefined ? 'of any shape' : `[${shape.join(', ')}]`];
}

function sum({ tensors, numbers, bytes }: TensorSum): string {
  return `${counted(numbers, 'number')} in ${counted(tensors, 'tensor')}, ${formatQuantity(bytes, 'B')}`;
}

function counted(count: number, singular: string): string {
  return `${formatCount(count)} ${singular}${count === 1 ? '' : 's'}`;
}

function kindRow({ kind, tensors, numbers }: TensorSum & { readonly kind: string }): string[] {
  return [kind, `${formatCount(tensors)}`, formatCount(numbers)];
}

/** What is not trained, by reason: some names of each. */
function untrainedRows(untrained: FileInspection['untrained']): string[][] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of untrained) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [...byReason].map(([reason, names]) => {
    const rest = names.length > 4 ? ` and ${names.length - 4} more` : '';
    return [`${names.slice(0, 4).join(', ')}${rest}`, reason];
  });
}

function shapesOf({ inputShapes }: TrainingInspection): string {
  return Object.entries(inputShapes)
    .map(([name, shape]) => `${name} [${shape.join(', ')}]`)
    .join(', ');
}

function trainingRows({ trained, stateBytes, inference, step, memory }: TrainingInspection): string[][] {
  return [
    ['trained', formatCount(trained), 'numbers'],
    ['inference', formatQuantity(inference.flops, 'FLOP'), `in ${formatCount(inference.nodes)} nodes`],
    ['step', formatQuantity(step.flops, 'FLOP'), `in ${formatCount(step.nodes)} nodes`],
    [
      'state',
      formatQuantity(stateBytes, 'B'),
      'weights, statistics and moments; a run reads one copy and writes another',
    ],
    ['values', formatQuantity(memory.peak, 'B'), 'most that a step is predicted to hold of what it computes'],
  ];
}
