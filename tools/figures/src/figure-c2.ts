import * as Plot from '@observablehq/plot';
import { compareDescents } from './compare-descents.js';
import { renderPlot } from './render-plot.js';

/** The Lovász hinge of a linear model over the steps of four methods. */
export function figureC2(): string {
  const curves = compareDescents().flatMap(({ method, losses }) =>
    losses.map((loss, step) => ({ method, step, loss })),
  );
  const methods = [...new Set(curves.map(({ method }) => method))];
  return renderPlot({
    width: 760,
    height: 420,
    marginLeft: 56,
    x: { label: 'step', labelAnchor: 'center', labelArrow: 'none' },
    y: { label: 'Lovász hinge', labelAnchor: 'center', labelArrow: 'none', grid: true, zero: true },
    color: { domain: methods, range: ['#4b8', '#e80', '#063', '#93c'] },
    marks: [
      Plot.text(
        methods.map((method, line) => ({ method, line })),
        {
          x: 100,
          y: ({ line }: { line: number }) => 0.95 - 0.06 * line,
          text: 'method',
          fill: 'method',
          fontSize: 13,
          fontWeight: 600,
          textAnchor: 'end',
        },
      ),
      Plot.ruleY([0], { stroke: '#999' }),
      Plot.line(curves, { x: 'step', y: 'loss', stroke: 'method', strokeWidth: 1.8 }),
    ],
  });
}
