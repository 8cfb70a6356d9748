import { deviationsOf, type Deviation, type ModelComparison, type PassCase } from './compare-model.js';
import type { ExportedModel } from './read-models.js';

/** One pass through one export that was compared. */
interface ComparedRow {
  readonly model: ExportedModel;
  readonly mode: PassCase;
  readonly comparison: ModelComparison;
}

/** One pass through one export: compared, failed, or never exported. */
export type ExportRow =
  | ComparedRow
  | { readonly model: ExportedModel; readonly mode: PassCase; readonly reason: string }
  | { readonly model: Pick<ExportedModel, 'network' | 'exporter'>; readonly refused: string };

/** Whether every quantity is within its tolerance. */
export const agrees = (comparison: ModelComparison): boolean =>
  deviationsOf(comparison).every(({ error, tolerance }) => error <= tolerance);

/**
 * A Markdown page: what was compared and how, one row per pass through an export, the reasons of what failed, and the
 * operators.
 *
 * @param versions of the packages that exported, by their names.
 */
export function exportPage(
  rows: readonly ExportRow[],
  versions: Readonly<Record<string, string>> = {},
): string {
  const compared = rows.filter((row) => 'comparison' in row);
  const differing = compared.filter(({ comparison }) => !agrees(comparison));
  const models = new Set(rows.flatMap((row) => ('refused' in row ? [] : [row.model])));
  const networks = new Set(rows.map(({ model }) => model.network));
  const passes = rows.filter((row) => !('refused' in row)).length;
  const reasons: string[] = [];
  const note = (reason: string): string => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return `(${reasons.indexOf(reason) + 1})`;
  };
  const lines = rows.map((row) => cellsOf(row, note));
  return [
    introduction(versions),
    `Networks: ${networks.size}. Exports: ${models.size}, and ${rows.length - passes} that an exporter refused. Passes: ${passes}, of which ` +
      `${compared.length} compile and run and ${compared.length - differing.length} agree with PyTorch.${others(differing)}\n`,
    markdown(columns, lines),
    ...reasons.map((reason, place) => `${place + 1}. ${reason.replaceAll(/\s+/g, ' ')}\n`),
    '## Exporters\n',
    markdown(
      ['exporter', 'torch.onnx.export with', 'batch normalizations of all networks'],
      exporters(models),
    ),
    '## Inputs\n',
    markdown(['network', 'input', 'seed', 'parameters with a gradient in PyTorch'], inputs(models)),
    '## Operators\n',
    markdown(['operator', 'nodes'], operatorCounts(models)),
  ].join('\n');
}

const introduction = (versions: Readonly<Record<string, string>>): string => `# Full-size exports

Written by \`npm run parity -- full-size-exports FOLDER... --write docs/parity/full-size-exports.md\`, with each FOLDER made
by \`tools/parity/python/export_networks.py --out FOLDER --network NAME\` (${
  Object.entries(versions)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ') || 'unnamed versions'
}).

Every network is built at its full size with random weights and exported to ONNX; the exported file is compiled with
cross-entropy as the loss and run once on stock ONNX Runtime. Expected values are PyTorch's in float64. Compared are the loss
(1e-5, relative), the logits (1e-4 of the largest), the gradient of every parameter and of the input (5e-4 of the largest entry of the
tensor, or of a thousandth of the largest of the network), and the running statistics of batch normalization (1e-5 of the
largest entry). Each column gives the largest error, in these measures; bold is beyond the tolerance. The last column
is the error of PyTorch's own gradients of the parameters in float32, in the same measure.

An exporter may fold batch normalization into the convolution before it. Then the expected gradients of the folded
weights follow from PyTorch's, and there is no training mode to compare: the row \`train\` is missing. Dropout is
removed, because its masks differ between implementations. So that no value lies on a kink, where rounding alone
decides the gradient, what goes into a relu after a normalization is moved to four standard deviations from 0, above it
in three channels of four. Where features are normalized that were pooled over whole images, the images differ in
brightness: of images that are alike on average little more than rounding errors would be left to divide. Of the seeds tried, one is
taken whose gradients change little with rounding in PyTorch.
`;

/** An error of this many times PyTorch's own in float32 is of the network, not of who computes it. */
const nearTheirs = 3;

/** What is to say of those that differ. */
function others(differing: readonly ComparedRow[]): string {
  if (differing.length === 0) return '';
  const near = differing.filter(
    ({ mode, comparison: { gradients } }) =>
      gradients.error <= nearTheirs * (mode.float32_gradient_error ?? 0),
  );
  return (
    ` In ${near.length} of the other ${differing.length} the gradients are at most ${nearTheirs} times as far off as those that ` +
    'PyTorch computes in float32: there rounding itself does as much.'
  );
}

const columns = [
  'network',
  'exporter',
  'batch norm',
  'nodes',
  'gradients compared',
  'nodes with gradient',
  'compiled in s',
  'loss',
  'logits',
  'gradients',
  'statistics',
  'gradients in PyTorch float32',
];

function cellsOf(row: ExportRow, note: (reason: string) => string): (string | number)[] {
  const { network, exporter } = row.model;
  if ('refused' in row) return [network, exporter, `not exported ${note(row.refused)}`];
  const start = [network, exporter, row.mode.batch_norm, row.model.nodes, row.model.parameters.length];
  const theirs = scientific(row.mode.float32_gradient_error);
  if ('reason' in row) return [...start, `fails ${note(row.reason)}`, '', '', '', '', '', theirs];
  const { nodes, compileSeconds, loss, logits, gradients, statistics } = row.comparison;
  return [
    ...start,
    nodes,
    compileSeconds.toFixed(1),
    shown(loss),
    shown(logits),
    gradients.error <= gradients.tolerance ? shown(gradients) : `${shown(gradients)} \`${gradients.tensor}\``,
    statistics === undefined ? '' : shown(statistics),
    theirs,
  ];
}

/** Bold where it is beyond the tolerance, and where it is NaN. */
const shown = ({ error, tolerance }: Deviation): string =>
  error <= tolerance ? scientific(error) : `**${scientific(error)}**`;

/** Each exporter with how it was called, and how many normalizations it kept as such. */
function exporters(models: ReadonlySet<ExportedModel>): (readonly (string | number)[])[] {
  const found = new Map<string, { options: string; kept: number }>();
  for (const { exporter, options, operators } of models) {
    const kept = (found.get(exporter)?.kept ?? 0) + (operators['BatchNormalization'] ?? 0);
    found.set(exporter, { options, kept });
  }
  return [...found].map(([name, { options, kept }]) => [name, options, kept]);
}

function inputs(models: ReadonlySet<ExportedModel>): (readonly (string | number)[])[] {
  const found = new Map<string, readonly (string | number)[]>();
  for (const { network, input_shapes, seed, expected_parameter_count } of models) {
    const shapes = Object.values(input_shapes).map((shape) => shape.join('×'));
    found.set(network, [network, shapes.join(', '), seed, expected_parameter_count]);
  }
  return [...found.values()];
}

/** How often each operator stands in the exports. */
function operatorCounts(models: ReadonlySet<ExportedModel>): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { operators } of models) {
    for (const [name, count] of Object.entries(operators)) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

const scientific = (value: number | undefined): string => (value === undefined ? '' : value.toExponential(1));

function markdown(header: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const row = (cells: readonly (string | number)[]): string =>
    `| ${header.map((_, column) => cells[column] ?? '').join(' | ')} |`;
  return [row(header), row(header.map(() => '---')), ...lines.map(row), ''].join('\n');
}
