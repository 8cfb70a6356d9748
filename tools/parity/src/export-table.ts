import { deviationsOf, type ModelComparison, type PassCase } from './compare-model.js';
import type { ExportedModel } from './read-models.js';

/** One pass through one export: compared, failed, or never exported. */
export type ExportRow =
  | { readonly model: ExportedModel; readonly mode: PassCase; readonly comparison: ModelComparison }
  | { readonly model: ExportedModel; readonly mode: PassCase; readonly reason: string }
  | { readonly model: Pick<ExportedModel, 'network' | 'exporter'>; readonly refused: string };

/** Two Markdown tables, one row per export and one per operator, and the reasons of what failed. */
export function exportTable(rows: readonly ExportRow[]): string {
  const reasons: string[] = [];
  const note = (reason: string): string => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return `(${reasons.indexOf(reason) + 1})`;
  };
  const lines = rows.map((row) => {
    const { network, exporter } = row.model;
    if ('refused' in row) return [network, exporter, `not exported ${note(row.refused)}`];
    const { nodes, operators } = row.model;
    const start = [network, exporter, row.mode.batch_norm, nodes, Object.keys(operators).length];
    const theirs = scientific(row.mode.float32_gradient_error);
    if ('reason' in row) return [...start, `fails ${note(row.reason)}`, '', '', '', '', '', theirs];
    const { comparison } = row;
    const { gradients, statistics } = comparison;
    const agrees = deviationsOf(comparison).every(({ error, tolerance }) => error <= tolerance);
    return [
      ...start,
      comparison.nodes,
      comparison.compileSeconds.toFixed(1),
      scientific(comparison.logits.error),
      agrees ? scientific(gradients.error) : `**${scientific(gradients.error)}** \`${gradients.tensor}\``,
      scientific(statistics?.error),
      theirs,
    ];
  });
  const header = [
    'network',
    'exporter',
    'batch norm',
    'nodes',
    'operators',
    'nodes with gradient',
    'compiled in s',
    'logits',
    'gradients',
    'statistics',
    'gradients in PyTorch float32',
  ];
  return [
    markdown(header, lines),
    ...reasons.map((reason, place) => `${place + 1}. ${reason.replaceAll(/\s+/g, ' ')}\n`),
    markdown(['operator', 'nodes'], operatorCounts(rows)),
  ].join('\n');
}

/** How often each operator stands in the exports. */
function operatorCounts(rows: readonly ExportRow[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  const models = new Set(rows.flatMap((row) => ('refused' in row ? [] : [row.model])));
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
