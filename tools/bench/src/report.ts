import { missed, type Figure } from './figures.js';
import type { Machine } from './machine.js';

/** What a bench found. */
export interface Measurement {
  readonly bench: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/**
 * Prints a measurement, as a table or as one line of JSON.
 *
 * @param options.check also names, on `complain`, each figure that misses its `must`.
 * @returns the exit code: 1 when a figure was checked and missed, otherwise 0.
 */
export function report(
  measurement: Measurement,
  options: { readonly json: boolean; readonly check: boolean },
  write: (line: string) => void,
  complain: (line: string) => void,
): 0 | 1 {
  if (options.json) {
    write(JSON.stringify(measurement));
  } else {
    const { machine, figures } = measurement;
    write(`${measurement.bench} on ${machine.processor}, ${machine.cores} cores, node ${machine.node}`);
    const width = Math.max(...figures.map(({ name }) => name.length));
    for (const { name, value, unit, must, aim } of figures) {
      const bounds = [
        ...(must === undefined ? [] : [`must be at most ${must}`]),
        ...(aim === undefined ? [] : [`aim ${aim}`]),
      ];
      const remark = bounds.length === 0 ? '' : `  (${bounds.join(', ')})`;
      write(`  ${name.padEnd(width)}  ${format(value)} ${unit}${remark}`.trimEnd());
    }
  }
  if (!options.check) return 0;
  const failures = missed(measurement.figures);
  for (const { name, value, unit, must } of failures) {
    complain(`${name} is ${format(value)} ${unit}, but must be at most ${must}`.replace(' ,', ','));
  }
  return failures.length === 0 ? 0 : 1;
}

/** Whole numbers as they are, others with four significant digits. */
function format(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
