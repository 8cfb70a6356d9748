import { deviationOf, fails, passes, type NodeTestOutcome } from './commands/onnx-node-tests.js';

/** One line: `ok|FAIL|known|-- name  what came of it`. A case that is left out or known to differ says why. */
export function describeOutcome(outcome: NodeTestOutcome): string {
  const { name, leftOut, known = [], values, gradient, runtime } = outcome;
  if (leftOut !== undefined) return `-- ${name}  left out: ${reasonOf(leftOut)}`;
  const shown = (error: number | string | undefined): string =>
    typeof error === 'number' ? error.toExponential(1) : (error ?? '');
  const parts = [
    `values ${shown(values)}`,
    typeof gradient === 'number'
      ? `gradient ${shown(gradient)}`
      : gradient !== undefined && 'none' in gradient
        ? `no gradient: ${gradient.none}`
        : `gradient fails: ${gradient?.failed}`,
    ...(runtime === undefined ? [] : [`runtime ${shown(runtime)}`]),
    ...(known.length === 0 ? [] : [`known when built: ${known.join(', ')}`]),
  ];
  const mark = passes(outcome) ? 'ok' : fails(outcome) ? 'FAIL' : `known (${deviationOf(outcome)})`;
  return `${mark} ${name}  ${parts.map((part) => part.replaceAll(/\s+/g, ' ')).join('  ')}`;
}

/** The cause without the names of one model, so that equal causes are counted together. */
function reasonOf(message: string): string {
  return message
    .split('; supported are')[0]!
    .replaceAll(/ '[^']*'/g, '')
    .replaceAll(/\s+/g, ' ');
}

/** What became of all cases, in numbers. */
export function summarize(outcomes: readonly NodeTestOutcome[]): {
  readonly counts: Readonly<Record<string, number>>;
  readonly leftOut: readonly (readonly [reason: string, cases: readonly string[]])[];
} {
  const count = (condition: (outcome: NodeTestOutcome) => boolean): number =>
    outcomes.filter(condition).length;
  const reasons = new Map<string, string[]>();
  for (const { leftOut, name } of outcomes) {
    if (leftOut === undefined) continue;
    const reason = reasonOf(leftOut);
    reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  return {
    counts: {
      cases: outcomes.length,
      read: count(({ leftOut }) => leftOut === undefined),
      'types as expected': count(
        ({ values }) =>
          typeof values === 'number' || (values !== undefined && !values.includes('is inferred as')),
      ),
      'values as expected': count(
        (outcome) =>
          typeof outcome.values === 'number' && passes({ ...outcome, gradient: { none: '' }, runtime: 0 }),
      ),
      'gradients as central differences': count(
        (outcome) => typeof outcome.gradient === 'number' && passes({ ...outcome, values: 0, runtime: 0 }),
      ),
      'without gradient, as no real number goes in or out': count(
        ({ gradient }) => typeof gradient === 'object' && 'none' in gradient,
      ),
      ...(outcomes.some(({ runtime }) => runtime !== undefined)
        ? {
            'the same on ONNX Runtime': count(
              ({ runtime }) =>
                typeof runtime === 'number' &&
                passes({ name: '', operator: '', values: 0, gradient: 0, runtime }),
            ),
          }
        : {}),
      'known to differ': count(
        (outcome) => outcome.leftOut === undefined && !passes(outcome) && !fails(outcome),
      ),
      failed: count(fails),
      'left out': count(({ leftOut }) => leftOut !== undefined),
    },
    leftOut: [...reasons].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0])),
  };
}

/** The page that says of every case what became of it, for the version of the tests that `source` names. */
export function nodeTestPage(outcomes: readonly NodeTestOutcome[], source: string): string {
  const { counts, leftOut } = summarize(outcomes);
  const operators = new Map<string, NodeTestOutcome[]>();
  for (const outcome of outcomes) {
    operators.set(outcome.operator, [...(operators.get(outcome.operator) ?? []), outcome]);
  }
  const rows = [...operators]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([operator, own]) => {
      const { counts: each } = summarize(own);
      return [
        `\`${operator}\``,
        ...[
          'cases',
          'values as expected',
          'gradients as central differences',
          'known to differ',
          'failed',
          'left out',
        ].map((key) => String(each[key])),
      ];
    });
  const failures = outcomes.filter(fails);
  const known = outcomes.filter(
    (outcome) => outcome.leftOut === undefined && !passes(outcome) && !fails(outcome),
  );
  return `# Official ONNX node tests

Written by \`npm run parity -- onnx-node-tests FOLDER --runtime --write docs/parity/onnx-node-tests.md\`, with FOLDER made by
\`tools/parity/python/onnx_node_tests.py\` from ${source}.

Each case is read, its inferred types are compared with the expected outputs, its values with the float64 interpreter's
(1e-4 of the largest entry: they were computed in float32), and the gradient of every real input that is fed with central
differences in float64 (1e-6 of the largest). Where values lie at a tie or a kink they are moved a little for the latter.
An input that decides a shape is given when the graph is built. With \`--runtime\`, the written graph is also run on stock
ONNX Runtime, gradients included, and compared with the interpreter (1e-4 of the largest entry).

${table([['', 'cases'], ...Object.entries(counts).map(([what, number]) => [what, String(number)])])}

## Left out

${table([
  ['reason', 'cases', 'for example'],
  ...leftOut.map(([reason, cases]) => [
    reason.replaceAll('|', '\\|'),
    String(cases.length),
    `\`${cases[0]}\``,
  ]),
])}
${failures.length === 0 ? '' : `\n## Failed\n\n${failures.map((each) => `- ${describeOutcome(each)}`.replaceAll(/ +/g, ' ')).join('\n')}\n`}
## Known to differ

${table([['case', 'reason'], ...known.map((outcome) => [`\`${outcome.name}\``, deviationOf(outcome)!])])}

## By operator

The operator is the first of the model; that of an expanded function is the first of its body.

${table([['operator', 'cases', 'values', 'gradients', 'known to differ', 'failed', 'left out'], ...rows])}
`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length), 3));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(rows[0]!), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join(
    '\n',
  );
}
