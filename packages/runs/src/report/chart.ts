import { alignSeries, type Points } from './align-series.js';
import { html, type Html } from './html.js';

/** A curve of a chart. */
export interface Curve {
  readonly name: string;
  /** The custom property of the style sheet that holds its colour. */
  readonly color: string;
  readonly points: Points;
  /** Drawn lightly, behind the others, and left out of the legend. */
  readonly faint?: boolean;
}

/** A chart as it stands in the page and as the page's script draws it. */
export interface Chart {
  readonly title: string;
  /** What the horizontal axis counts. */
  readonly xName: string;
  readonly format: 'number' | 'percent';
  /** The vertical axis: from 0 up, just what the data spans, or 0 to 1. */
  readonly range: 'from-zero' | 'fit' | 'unit';
  /** Drawn small: without legend and with hardly an axis. */
  readonly small?: boolean;
  /** Marks at the points, where they are few. */
  readonly marks?: boolean;
  readonly curves: readonly Curve[];
}

/** What the page's script needs of a chart, compact: numbers to five digits. */
export function chartScriptData(chart: Chart): object {
  const { curves, ...rest } = chart;
  const { x, y } = alignSeries(curves.map((curve) => curve.points));
  const round = (value: number | null) => (value === null ? null : Number(value.toPrecision(5)));
  return {
    ...rest,
    curves: curves.map(({ name, color, faint }) => ({ name, color, faint })),
    data: [x, ...y.map((values) => values.map(round))],
  };
}

/** The place of a chart in the page; the script finds its data by `index`. */
export function chartFigure(chart: Chart, index: number, heading: Html): Html {
  const small = chart.small === true ? 'small' : '';
  return html`<figure class="chart ${small}">
    <figcaption>${heading}</figcaption>
    <div class="plot" data-chart="${index}" role="img" aria-label="${describeChart(chart)}"></div>
  </figure>`;
}

/** The chart in words: where each curve starts and ends. */
function describeChart({ title, xName, format, curves }: Chart): string {
  const write = (value: number) =>
    format === 'percent' ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(3)));
  const descriptions = curves
    .filter((curve) => curve.faint !== true)
    .map(({ name, points }) => {
      const known = points.y.flatMap((value, index) =>
        value === null ? [] : [`${write(value)} at ${xName} ${points.x[index]!}`],
      );
      if (known.length === 0) return `${name}: no value`;
      if (known.length === 1) return `${name}: ${known[0]!}`;
      return `${name}: from ${known[0]!} to ${known.at(-1)!}`;
    });
  return `${title}. ${descriptions.join('; ')}.`;
}
