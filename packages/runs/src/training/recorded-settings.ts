import { completeRunSettings, runSettings, type RunSettings, type TrainOptions } from './run-settings.js';
import { formatSetting, rowsOf } from '../settings/setting.js';
import { UsageError } from '../settings/usage-error.js';

/**
 * The settings of a run as the words that `lovasz train` reads, by option: what a checkpoint keeps of them. Paths are
 * absolute, so that they hold in any folder. Where the run lies and what it started from are no part of it.
 */
export type RecordedSettings = Readonly<Record<string, string>>;

/** Writes down what was said of a run; {@link settingsFrom} reads it back. */
export function recordSettings(settings: TrainOptions): RecordedSettings {
  return Object.fromEntries(
    rowsOf(runSettings).flatMap(([key, row]) => {
      const value = settings[key];
      if (value === undefined || row.isPassing) return [];
      const words = formatSetting(row, row.anchor === undefined ? value : row.anchor(value));
      // An empty list is what holds where nothing is said.
      return words === '' ? [] : [[row.flag, words]];
    }),
  );
}

/**
 * The settings that were written down, for a run in the folder `out`.
 *
 * @throws UsageError naming a setting that is unknown here, or has another form.
 */
export function settingsFrom(recorded: RecordedSettings, out: string): RunSettings {
  const rows = new Map(rowsOf(runSettings).map(([key, row]) => [row.flag as string, [key, row] as const]));
  const given = Object.entries(recorded).map(([flag, words]) => {
    const found = rows.get(flag);
    if (found === undefined) {
      throw new UsageError(`the run was started with ${flag} ${words}, which is unknown here`);
    }
    const [key, row] = found;
    return [key, row.parse(words)];
  });
  return completeRunSettings({ ...(Object.fromEntries(given) as TrainOptions), out });
}

/**
 * Refuses to resume a run with settings that it was not started with. What is left open is as it was.
 *
 * @throws UsageError naming the option, what was given and what the run was started with.
 */
export function refuseConflicts(given: TrainOptions, recorded: RecordedSettings): void {
  for (const [flag, words] of Object.entries(recordSettings(given))) {
    if (words === recorded[flag]) continue;
    throw new UsageError(
      `${flag}: ${words} given, but the run to resume was started with ${startedWith(flag, recorded)}`,
    );
  }
}

function startedWith(flag: string, recorded: RecordedSettings): string {
  const instead: Readonly<Record<string, string>> = { '--steps': '--epochs', '--epochs': '--steps' };
  const other = instead[flag];
  return recorded[flag] ?? (other === undefined ? 'none' : `${other} ${recorded[other]}`);
}
