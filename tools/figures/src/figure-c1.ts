import * as Plot from '@observablehq/plot';
import { momentumDescent, piecewiseLinearExample } from '@lovasz/core/theory';
import { renderPlot } from './render-plot.js';

const scales = [0.5, 1, 3];
const start = [2.6, 1.4];
const learningRate = 0.2;
const domain = { x: [-1.4, 3], y: [-1.4, 3] } as const;
const colors = { 'gradient descent': '#4b8', 'momentum 0.7': '#e80', proximal: '#063' };
const samples = 120;

/** Three methods of descent on max(0, ν·x₁, x₂), for three slopes ν. */
export function figureC1(): string {
  const paths = scales.flatMap((nu) => {
    const { gradient, proximal } = piecewiseLinearExample(nu);
    const pair = (point: Float64Array) => [point[0]!, point[1]!] as const;
    const methods = {
      'gradient descent': { momentum: 0, direction: (point: Float64Array) => gradient(pair(point)) },
      'momentum 0.7': { momentum: 0.7, direction: (point: Float64Array) => gradient(pair(point)) },
      proximal: {
        momentum: 0,
        direction: (point: Float64Array) => {
          const [x, y] = proximal(pair(point), 1 / learningRate);
          return [(point[0]! - x) / learningRate, (point[1]! - y) / learningRate];
        },
      },
    };
    return Object.entries(methods).flatMap(([method, { momentum, direction }]) =>
      momentumDescent(direction, start, { learningRate, momentum, steps: 40 }).map((point) => ({
        nu: title(nu),
        method,
        x: point[0]!,
        y: point[1]!,
      })),
    );
  });
  const at = ([from, to]: readonly [number, number], i: number) => from + ((to - from) * (i + 0.5)) / samples;
  const surface = scales.flatMap((nu) => {
    const { value } = piecewiseLinearExample(nu);
    return Array.from({ length: samples ** 2 }, (_, i) => ({
      nu: title(nu),
      value: value([at(domain.x, i % samples), at(domain.y, Math.floor(i / samples))]),
    }));
  });
  const edges = scales.map((nu) => ({
    nu: title(nu),
    x: Math.min(3, 3 / nu),
    y: Math.min(3 * nu, 3),
  }));
  return renderPlot({
    width: 1000,
    height: 400,
    marginTop: 36,
    marginLeft: 52,
    marginBottom: 40,
    x: { label: 'x₁', labelAnchor: 'center', labelArrow: 'none', domain: [...domain.x], ticks: 5 },
    y: { label: 'x₂', labelAnchor: 'center', labelArrow: 'none', domain: [...domain.y], ticks: 5 },
    fx: { label: null, padding: 0.06, domain: scales.map(title) },
    color: {
      domain: ['gradient descent', 'momentum 0.7', 'proximal'],
      range: ['#3a7', '#e80', '#063'],
      legend: false,
    },
    marks: [
      Plot.contour(surface, {
        fx: 'nu',
        value: 'value',
        width: samples,
        height: samples,
        x1: domain.x[0],
        y1: domain.y[0],
        x2: domain.x[1],
        y2: domain.y[1],
        thresholds: Array.from({ length: 40 }, (_, i) => (i + 0.001) / 4),
        stroke: '#ccc',
      }),
      Plot.link(edges, { fx: 'nu', x1: 0, y1: 0, x2: 'x', y2: 'y', stroke: '#999', strokeDasharray: '2,3' }),
      Plot.line(paths, {
        fx: 'nu',
        x: 'x',
        y: 'y',
        z: 'method',
        stroke: 'method',
        strokeWidth: 1.8,
        marker: 'dot',
        clip: true,
      }),
      Plot.text(
        Object.keys(colors).map((method, line) => ({ method, line, nu: title(scales[0]!) })),
        {
          fx: 'nu',
          x: domain.x[0] + 0.15,
          y: ({ line }: { line: number }) => domain.y[1] - 0.2 - 0.25 * line,
          text: 'method',
          fill: 'method',
          textAnchor: 'start',
          fontSize: 12,
          fontWeight: 600,
        },
      ),
      Plot.frame({ stroke: '#999' }),
    ],
  });
}

function title(nu: number): string {
  return `ν = ${nu}`;
}
