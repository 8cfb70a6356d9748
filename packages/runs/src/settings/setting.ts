import { UsageError } from './usage-error.js';

/**
 * One setting: everything that is to be said of it. The option of a command line, its help, its default, what a checkpoint
 * records and what a resumed run is compared by are taken from here.
 */
export interface Setting<Value, Settings> {
  /** The option of the command line, such as `--lr`; messages call the setting by it. */
  readonly flag: `--${string}`;
  /** What stands for the value in help, such as `rate`. */
  readonly placeholder: string;
  readonly help: string;
  /** The default, which may hang on settings that stand before it in the table. There is none where this is missing. */
  initial?(before: Settings): Value | undefined;
  /** The default in words, where it is no single value. */
  readonly initialText?: string;
  /**
   * Reads the words of a command line.
   *
   * @param before the value so far, where the option may be repeated.
   * @throws UsageError that names the flag, what was given and what is accepted.
   */
  parse(text: string, before?: Value): Value;
  /** The words that {@link Setting.parse} reads back; `String` where it is missing. */
  format?(value: Value): string;
  /** The same value in any working folder: with absolute paths. */
  anchor?(value: Value): Value;
  /** Whether it is no part of what a run is, such as the folder that it lies in. */
  readonly isPassing?: true;
}

/** A row for each setting, in the order of help. */
export type SettingsTable<Settings> = {
  readonly [Key in keyof Settings]-?: Setting<NonNullable<Settings[Key]>, Settings>;
};

/** Settings of which any may be left out: its default holds then. */
export type Given<Settings> = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/** A table as rows of unknown values, to go through. */
export function rowsOf<Settings>(
  table: SettingsTable<Settings>,
): readonly (readonly [key: keyof Settings & string, row: Setting<unknown, Settings>])[] {
  return Object.entries(table) as [keyof Settings & string, Setting<unknown, Settings>][];
}

/** A value as words. */
export function formatSetting<Settings>(row: Setting<unknown, Settings>, value: unknown): string {
  return row.format === undefined ? String(value) : row.format(value);
}

/**
 * Fills defaults in and checks every value as if it had been written on a command line.
 *
 * @throws UsageError for a value that is not accepted, or a setting that is unknown.
 */
export function completeSettings<Settings extends object>(
  table: SettingsTable<Settings>,
  given: Given<Settings>,
): Settings {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(table, key));
  if (unknown !== undefined) {
    throw new UsageError(`'${unknown}' given; accepted: ${Object.keys(table).join(', ')}`);
  }
  const complete: Partial<Record<keyof Settings, unknown>> = {};
  for (const [key, row] of rowsOf(table)) {
    const value = given[key];
    if (value === undefined) complete[key] = row.initial?.(complete as Settings);
    else complete[key] = isEmptyCollection(row, value) ? value : row.parse(formatSetting(row, value));
  }
  return complete as Settings;
}

/** Of settings that may be repeated: whether it stands for none at all, which no words say. */
function isEmptyCollection<Settings>(row: Setting<unknown, Settings>, value: unknown): boolean {
  return typeof value === 'object' && formatSetting(row, value) === '';
}

/** What help says of the default, in brackets. */
export function describeInitial<Settings extends object>(row: Setting<unknown, Settings>): string {
  if (row.initialText !== undefined) return ` (default: ${row.initialText})`;
  const initial = row.initial?.({} as Settings);
  return initial === undefined || isEmptyCollection(row, initial)
    ? ''
    : ` (default: ${formatSetting(row, initial)})`;
}
