import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A plot as the text of an SVG file, on white so that it reads on a dark page too. */
export function renderPlot(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<html><body></body></html>');
  const svg = Plot.plot({ ...options, document });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('style', 'background: white; color: #333; font-family: system-ui, sans-serif');
  // A tenth of a pixel is enough for a path, and a third of the size.
  const paths = svg.outerHTML.replace(/ d="[^"]*"/g, (path: string) =>
    path.replace(/\d+\.\d+/g, (number: string) => Number(number).toFixed(1)),
  );
  return `${paths}\n`;
}
