import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createReporter } from 'lovasz';
import { runFirstLight, type Amount } from './run-first-light.js';
import { sideBySide } from './side-by-side.js';

/** Enough for both losses to show what they do, little enough for a minute on two cores. */
const amount: Amount = {
  size: { width: 48, height: 48 },
  batch: 10,
  start: { epochs: 3 },
  comparison: { epochs: 3 },
};

const directory = relative(
  process.cwd(),
  fileURLToPath(new URL('../../../runs/first-light', import.meta.url)),
);
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

const outcome = await runFirstLight(directory, amount, {
  print: console.log,
  createReporter: () => createReporter(false),
  signal: interruption.signal,
});
if (outcome === undefined) {
  process.exitCode = 130;
} else {
  console.log('\nOn the validation images, after as many steps on the same batches from the same start:\n');
  console.log(sideBySide(outcome.columns, outcome.classes));
  console.log(`\nreport ${outcome.report}`);
}
