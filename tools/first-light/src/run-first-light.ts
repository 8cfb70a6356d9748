import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@lovasz/onnxruntime';
import {
  readMetricsFile,
  renderReport,
  train,
  type EvaluationEvent,
  type LossName,
  type Size,
  type TrainOptions,
  type TrainResult,
} from '@lovasz/runs';
import type { Reporter } from 'lovasz';
import { mergeGalleries } from './merge-galleries.js';

/** How long a run is. */
type Duration = Pick<TrainOptions, 'epochs' | 'steps'>;

/** How much is trained. */
export interface Amount {
  readonly size: Size;
  readonly batch: number;
  /** By cross-entropy, before the ways part. */
  readonly start: Duration;
  /** By each loss from there. */
  readonly comparison: Duration;
}

/** What watches the runs and can stop them. */
export interface Watcher {
  readonly print: (line: string) => void;
  /** A new display for each run. */
  readonly createReporter: () => Reporter;
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface Outcome {
  readonly classes: readonly string[];
  /** The last evaluation by each loss, in the order of training. */
  readonly columns: readonly { readonly name: string; readonly evaluation: EvaluationEvent }[];
  /** The file of the report page. */
  readonly report: string;
}

/** Of the first step; each run lets it fall to 0 (Eq. 16). */
const learningRates = { start: 5e-3, comparison: 2e-3 };

const compared: readonly LossName[] = ['cross-entropy', 'lovasz-softmax'];

/**
 * Trains the U-Net on generated shapes by cross-entropy, and from that one checkpoint twice more: by cross-entropy and
 * by Lovász-Softmax, as the paper fine-tunes (Section 4.3). Both see the same batches in the same order, with the same
 * learning rates and for as many steps: nothing but the loss differs.
 *
 * @param directory where the runs and the report go; what it held is removed.
 * @returns undefined when the signal stopped it.
 */
export async function runFirstLight(
  directory: string,
  amount: Amount,
  { print, createReporter, signal }: Watcher,
): Promise<Outcome | undefined> {
  const run = async (name: string, loss: LossName, part: 'start' | 'comparison', init?: string) => {
    const reporter = createReporter();
    const result = train(
      {
        loss: [loss],
        ...amount[part],
        batch: amount.batch,
        size: amount.size,
        learningRate: learningRates[part],
        out: join(directory, name),
        init,
      },
      {
        report: (event) => {
          if (event.event !== 'checkpoint') reporter.report(event);
        },
        signal,
      },
    );
    return result.finally(() => reporter.close());
  };

  await rm(directory, { recursive: true, force: true });
  print('The common start: cross-entropy, from random weights.');
  const start = await run('start', 'cross-entropy', 'start');
  if (!start.finished) return undefined;

  const results: (TrainResult & { readonly name: string })[] = [];
  for (const name of compared) {
    print(`\nFrom there by ${name}.`);
    const result = await run(name, name, 'comparison', start.folder.checkpoint);
    if (!result.finished) return undefined;
    results.push({ name, ...result });
  }

  const { classes, colors, ignoreIndex } = start.validation;
  const report = join(directory, 'report.html');
  const page = await renderReport({
    title: 'First light: two losses from the same start',
    runs: results.map(({ name, folder }) => ({ name, events: readMetricsFile(folder.metrics) })),
    classes,
    colors,
    gallery: mergeGalleries(results.map(({ gallery }) => gallery)),
    ignoreIndex,
  });
  await writeAtomically(report, page);
  return {
    classes,
    // A finished run has been evaluated after its last step.
    columns: results.map(({ name, evaluation }) => ({ name, evaluation: evaluation! })),
    report,
  };
}
