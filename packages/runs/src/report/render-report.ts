import { eventsOfKind } from '../events/events-of-kind.js';
import { formatPercent } from '../text/format-percent.js';
import { chartFigure, chartScriptData, type Chart } from './chart.js';
import { classTable } from './class-table.js';
import { classCharts, curveCharts } from './curve-charts.js';
import { gallery } from './gallery.js';
import { html, raw, scriptJson, type Html } from './html.js';
import { readPageAssets } from './page-assets.js';
import { checkReportData, type ReportData } from './report-data.js';
import { settingsTable } from './settings-table.js';
import { summary } from './summary.js';
import { swatch } from './swatch.js';
import { warningList } from './warning-list.js';

/**
 * Renders what one run did, or several side by side, as one HTML page that needs nothing else, not even a network:
 * curves of loss and IoU, the IoU of each class, validation images with labels, predictions and errors, settings.
 *
 * @throws RangeError where the parts of `data` do not fit each other, naming the one that does not.
 * @example
 * const page = await renderReport({
 *   title: 'First light',
 *   runs: [{ name: 'Lovász-Softmax', events: [{ event: 'interrupted', step: 0 }] }],
 *   classes: ['background', 'disc'],
 *   colors: [[60, 60, 60], [230, 120, 40]],
 *   gallery: [],
 *   ignoreIndex: 255,
 * });
 */
export async function renderReport(data: ReportData): Promise<string> {
  checkReportData(data);
  const { title, runs, classes, colors } = data;
  const { styles, scripts } = await readPageAssets();
  const curves = curveCharts(runs);
  const evaluated = runs.some(({ events }) => eventsOfKind(events, 'evaluation').length > 0);
  const perClass = evaluated ? classCharts(runs, classes) : [];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${raw(styles)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${summary(runs)} ${warningList(runs)}
          ${section(
            'Curves',
            curves.length > 0,
            html`<div class="charts">
              ${curves.map((chart, index) => chartFigure(chart, index, html`<h3>${chart.title}</h3>`))}
            </div>`,
          )}
          ${section(
            'IoU of each class',
            evaluated,
            html`${classTable(data)}
              <div class="charts small">
                ${perClass.map((chart, index) =>
                  chartFigure(
                    chart,
                    curves.length + index,
                    html`<h3>${swatch(colors[index]!)} ${chart.title}</h3>
                      ${finalValues(chart)}`,
                  ),
                )}
              </div>`,
          )}
          ${section('Validation images', data.gallery.length > 0, await gallery(data))}
          ${section('Settings', true, settingsTable(runs))}
        </main>
        <script type="application/json" id="charts">
          ${scriptJson([...curves, ...perClass].map(chartScriptData))}
        </script>
        ${scripts.map(
          (script) =>
            html`<script>
              ${raw(script)};
            </script>`,
        )}
      </body>
    </html>`;
  return page.html;
}

/** The last value of each curve, in its colour. */
function finalValues({ curves }: Chart): Html {
  return html`<p>
    ${curves.map(
      ({ color, points }) =>
        html`<span style="color: var(${color})">${formatPercent(points.y.at(-1) ?? null)}</span> `,
    )}
  </p>`;
}

function section(heading: string, shown: boolean, content: Html): Html {
  return shown
    ? html`<section>
        <h2>${heading}</h2>
        ${content}
      </section>`
    : html``;
}
