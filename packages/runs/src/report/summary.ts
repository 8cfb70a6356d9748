import { eventsOfKind } from '../events/events-of-kind.js';
import { formatDuration } from '../text/format-duration.js';
import { formatPercent } from '../text/format-percent.js';
import { formatPoints } from './format-points.js';
import { html, type Html } from './html.js';
import type { ReportRun } from './report-data.js';
import { runColor } from './run-color.js';

/** One card a run: its mean IoU in large figures, how it compares with the first run, and how it was come by. */
export function summary(runs: readonly ReportRun[]): Html {
  const first = finalMeanIou(runs[0]!);
  return html`<div class="cards">
    ${runs.map((run, index) => {
      const meanIou = finalMeanIou(run);
      return html`<section class="card" style="--color: var(${runColor(index)})">
        <h2>${run.name}</h2>
        <p class="figure">${formatPercent(meanIou)} <span>mIoU</span></p>
        ${
          index > 0 && meanIou !== null && first !== null
            ? html`<p class="difference">${formatPoints(meanIou - first)} against ${runs[0]!.name}</p>`
            : ''
        }
        <ul>
          ${facts(run).map((fact) => html`<li>${fact}</li>`)}
        </ul>
      </section>`;
    })}
  </div>`;
}

function finalMeanIou(run: ReportRun): number | null {
  return eventsOfKind(run.events, 'evaluation').at(-1)?.meanIou ?? null;
}

function facts({ events }: ReportRun): string[] {
  const evaluations = eventsOfKind(events, 'evaluation');
  const facts: string[] = [];
  const last = evaluations.at(-1);
  if (last !== undefined) facts.push(`pixel accuracy ${formatPercent(last.pixelAccuracy)}`);
  const best = evaluations.reduce(
    (best, event) => ((event.meanIou ?? -1) > (best?.meanIou ?? -1) ? event : best),
    evaluations[0],
  );
  if (best !== undefined && best !== last) {
    facts.push(`best mIoU ${formatPercent(best.meanIou)} after epoch ${best.epoch}`);
  }
  const step = eventsOfKind(events, 'step').at(-1)?.step ?? 0;
  const end = eventsOfKind(events, 'end').findLast((event) => event.step >= step);
  facts.push(
    end === undefined ? `stopped after step ${step}` : `${end.step} steps in ${formatDuration(end.seconds)}`,
  );
  const start = eventsOfKind(events, 'start')[0];
  if (start !== undefined) facts.push(`started ${start.time.slice(0, 16).replace('T', ' ')} UTC`);
  return facts;
}
