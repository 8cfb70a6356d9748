import { compareValues } from '../metrics/compare-values.js';
import { computeCase } from '../metrics/kinds.js';
import { inputsOf, type MetricCase } from '../metrics/metric-case.js';
import { readCaseFolder, readTensors } from '../read-case-folder.js';
import type { Outcome } from '../report.js';

/**
 * Compares each case of a folder of metrics with the presets and metrics of `@lovasz/evaluation`: with what the source
 * returned, within its tolerance, and with the exact value of the same convention, within that of the case.
 *
 * @param folder where `cases.json` and the files of tensors lie, as the README of the golden metrics describes.
 * @throws InvalidArgumentError when the folder does not exist or a file in it cannot be read.
 */
export async function* compareMetrics(folder: string): AsyncGenerator<Outcome> {
  const { cases } = await readCaseFolder(folder);
  const files = new Map<string, Awaited<ReturnType<typeof readTensors>>>();
  for (const [index, each] of cases.entries()) {
    const metricCase = each as MetricCase;
    const name = typeof metricCase?.name === 'string' ? metricCase.name : `case ${index}`;
    const tolerance = metricCase?.exactTolerance ?? metricCase?.tolerance;
    const shown = tolerance?.relative || tolerance?.absolute || 1;
    try {
      const file = metricCase.inputs['file'];
      if (typeof file === 'string' && !files.has(file)) files.set(file, await readTensors(folder, file));
      const actual = computeCase(metricCase, inputsOf(metricCase, files.get(String(file)) ?? new Map()));
      const distances = [compareValues(actual, metricCase.expected, metricCase.tolerance)];
      if (metricCase.exact !== undefined) {
        distances.push(
          compareValues(actual, metricCase.exact, metricCase.exactTolerance ?? metricCase.tolerance),
        );
      }
      // In units of the tolerance, times the tolerance: at most that when all values are within it.
      yield { name, tolerance: shown, largestError: Math.max(...distances) * shown };
    } catch (error) {
      yield { name, tolerance: shown, reason: (error as Error).message };
    }
  }
}
