import { eventsOfKind } from '../events/events-of-kind.js';
import type { RunEvent } from '../events/run-event.js';
import { html, type Html } from './html.js';
import type { ReportRun } from './report-data.js';

/** What each run was warned of. Nothing where there was nothing to warn of. */
export function warningList(runs: readonly ReportRun[]): Html {
  const warned = runs
    .map(({ name, events }) => ({ name, warnings: latestWarnings(events) }))
    .filter(({ warnings }) => warnings.length > 0);
  if (warned.length === 0) return html``;
  return html`<section>
    <h2>Warnings</h2>
    ${warned.map(
      ({ name, warnings }) =>
        html`${runs.length > 1 ? html`<h3>${name}</h3>` : ''}
          <ul>
            ${warnings.map((warning) => html`<li>${warning}</li>`)}
          </ul>`,
    )}
  </section>`;
}

/** A resumed run has started more than once, and was warned each time. */
function latestWarnings(events: readonly RunEvent[]): readonly string[] {
  const latest = events.slice(events.findLastIndex(({ event }) => event === 'start') + 1);
  return eventsOfKind(latest, 'warning').map(({ message }) => message);
}
