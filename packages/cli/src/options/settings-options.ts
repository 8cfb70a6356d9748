import { Option, type Command } from 'commander';
import type { Given } from '@lovasz/runs';
import { describeInitial, rowsOf, type SettingsTable } from '@lovasz/runs/command';

/** Declares an option for each row of a table; read them back with {@link readSettings}. */
export function addSettings<Settings extends object>(
  command: Command,
  table: SettingsTable<Settings>,
): Command {
  for (const [, row] of rowsOf(table)) {
    command.addOption(
      new Option(`${row.flag} <${row.placeholder}>`, row.help + describeInitial(row)).argParser(
        (text: string, before: unknown) => row.parse(text, before),
      ),
    );
  }
  return command;
}

/** What the command line says of the settings of a table, and nothing else. */
export function readSettings<Settings extends object>(
  command: Command,
  table: SettingsTable<Settings>,
): Given<Settings> {
  const given: Partial<Record<keyof Settings, unknown>> = {};
  for (const [key, { flag }] of rowsOf(table)) {
    const option = command.options.find(({ long }) => long === flag);
    const value: unknown = option && command.getOptionValue(option.attributeName());
    if (value !== undefined) given[key] = value;
  }
  return given as Given<Settings>;
}
