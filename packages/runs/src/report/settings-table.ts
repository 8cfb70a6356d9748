import { eventsOfKind } from '../events/events-of-kind.js';
import type { StartEvent } from '../events/run-event.js';
import { html, type Html } from './html.js';
import type { ReportRun } from './report-data.js';

/** The settings of each run; where the runs differ the row stands out. */
export function settingsTable(runs: readonly ReportRun[]): Html {
  // A resumed run has started more than once: the latest settings are those it ended with.
  const starts = runs.map(({ events }) => eventsOfKind(events, 'start').at(-1));
  return html`<div class="scroll">
    <table class="settings">
      <thead>
        <tr>
          <td></td>
          ${runs.map((run) => html`<th scope="col">${run.name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${settings.map(([name, write]) => {
          const values = starts.map((start) => (start === undefined ? '–' : write(start)));
          return html`<tr ${new Set(values).size > 1 ? html`class="differs"` : ''}>
            <th scope="row">${name}</th>
            ${values.map((value) => html`<td>${value}</td>`)}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

const settings: readonly (readonly [name: string, write: (start: StartEvent) => string])[] = [
  ['model', (start) => `${start.model}, ${count(start.parameters)} parameters`],
  ['data', (start) => start.data],
  ['images', (start) => `${count(start.trainImages)} to train, ${count(start.validationImages)} to validate`],
  ['size', (start) => `${start.width}×${start.height}`],
  ['loss', (start) => start.loss],
  ['optimizer', (start) => start.optimizer],
  ['learning rate', (start) => `${start.learningRate}, ${start.schedule}`],
  ['weight decay', (start) => String(start.weightDecay)],
  ['batch', (start) => String(start.batch)],
  ['epochs', (start) => count(start.epochs)],
  ['steps', (start) => count(start.steps)],
  ['seed', (start) => String(start.seed)],
];

function count(value: number): string {
  return value.toLocaleString('en');
}
