import { eventsOfKind } from '../events/events-of-kind.js';
import { formatPercent } from '../text/format-percent.js';
import { formatPoints } from './format-points.js';
import { html, type Html } from './html.js';
import type { ReportData } from './report-data.js';
import { runColor } from './run-color.js';
import { swatch } from './swatch.js';

/** The IoU of each class after the last evaluation of each run, with bars, and the difference where there are two runs. */
export function classTable({ runs, classes, colors }: ReportData): Html {
  const evaluations = runs.map(({ events }) => eventsOfKind(events, 'evaluation').at(-1));
  const row = (heading: Html, values: readonly (number | null)[]) =>
    html`<tr>
      <th scope="row">${heading}</th>
      ${values.map(
        (value, run) =>
          html`<td class="iou">
            <div class="bar" style="--share: ${value ?? 0}; --color: var(${runColor(run)})"></div>
            <span>${formatPercent(value)}</span>
          </td>`,
      )}
      ${runs.length === 2 ? html`<td class="number">${difference(values[0]!, values[1]!)}</td>` : ''}
    </tr>`;
  return html`<div class="scroll">
    <table>
      <colgroup>
        <col />
        ${runs.map(() => html`<col style="width: ${80 / runs.length}%" />`)}
      </colgroup>
      <thead>
        <tr>
          <th scope="col">Class</th>
          ${runs.map((run) => html`<th scope="col">${run.name}</th>`)}
          ${runs.length === 2 ? html`<th scope="col" class="number">difference</th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${classes.map((name, index) =>
          row(
            html`${swatch(colors[index]!)} ${name}`,
            evaluations.map((event) => event?.classIou[index] ?? null),
          ),
        )}
      </tbody>
      <tfoot>
        ${row(
          html`mean`,
          evaluations.map((event) => event?.meanIou ?? null),
        )}
      </tfoot>
    </table>
  </div>`;
}

function difference(first: number | null, second: number | null): string {
  return first === null || second === null ? '–' : formatPoints(second - first);
}
