import * as Plot from '@observablehq/plot';
import { renderPlot } from './render-plot.js';

/** A loss of two pixels, drawn for each of their ground truths. */
export interface SurfaceFigure {
  readonly surface: (foreground: readonly number[], point: readonly number[]) => number;
  readonly domain: readonly [number, number];
  readonly thresholds: readonly number[];
  readonly colorDomain: readonly [number, number];
  readonly labels: readonly [string, string];
  /** Where the loss takes, or approaches, a value of the Jaccard loss. */
  readonly vertices: readonly Vertex[];
}

/** A point of the plane and the pixels that are mispredicted there. */
interface Vertex {
  readonly point: readonly [number, number];
  readonly wrong: readonly [number, number];
}

const groundTruths = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

const samples = 180;

/** Level lines of the four surfaces side by side, with the values of the Jaccard loss as red dots. */
export function surfaceFigure(
  figure: SurfaceFigure,
  jaccardLossOf: (foreground: readonly number[], wrong: readonly number[]) => number,
): string {
  const [from, to] = figure.domain;
  const name = (foreground: readonly number[]) =>
    `ground truth ${foreground.map((label) => (label === 1 ? '+1' : '−1')).join(', ')}`;
  const at = (i: number) => from + ((to - from) * (i + 0.5)) / samples;
  const grid = groundTruths.flatMap((foreground) =>
    Array.from({ length: samples ** 2 }, (_, i) => ({
      truth: name(foreground),
      value: figure.surface(foreground, [at(i % samples), at(Math.floor(i / samples))]),
    })),
  );
  const dots = groundTruths.flatMap((foreground) =>
    figure.vertices.map(({ point, wrong }) => {
      const loss = jaccardLossOf(foreground, wrong);
      return { truth: name(foreground), x: point[0], y: point[1], text: Number(loss.toFixed(2)).toString() };
    }),
  );
  return renderPlot({
    width: 1000,
    height: 320,
    marginTop: 36,
    marginLeft: 56,
    marginRight: 16,
    marginBottom: 40,
    x: {
      label: figure.labels[0],
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [...figure.domain],
      ticks: 5,
    },
    y: {
      label: figure.labels[1],
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [...figure.domain],
      ticks: 5,
    },
    fx: { label: null, padding: 0.06, domain: groundTruths.map(name) },
    color: { scheme: 'Blues', domain: [...figure.colorDomain], clamp: true },
    marks: [
      Plot.contour(grid, {
        fx: 'truth',
        fill: 'value',
        width: samples,
        height: samples,
        x1: from,
        y1: from,
        x2: to,
        y2: to,
        thresholds: [...figure.thresholds],
        stroke: '#246',
        strokeWidth: 0.5,
        strokeOpacity: 0.5,
      }),
      Plot.dot(dots, { fx: 'truth', x: 'x', y: 'y', r: 4, fill: '#d22', stroke: 'white' }),
      Plot.text(dots, {
        fx: 'truth',
        x: 'x',
        y: 'y',
        text: 'text',
        dx: 7,
        dy: -7,
        textAnchor: 'start',
        fill: '#b00',
        stroke: 'white',
        strokeWidth: 3,
        fontWeight: 600,
      }),
      Plot.frame({ stroke: '#999' }),
    ],
  });
}
