import { refuse } from './usage-error.js';

/** Reads one of a closed list of words; throws UsageError otherwise. */
export function parseChoice<Choice extends string>(
  option: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  return choices.find((choice) => choice === text) ?? refuse(option, text, choices.join(', '));
}

/** The names of a table of choices, in its order. */
export function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(table) as Name[];
}
