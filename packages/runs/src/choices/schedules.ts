import { constantSchedule, polynomialSchedule, type Schedule } from '@lovasz/onnxruntime';
import { namesOf, parseChoice } from '../settings/choice.js';
import type { Setting } from '../settings/setting.js';

/** The learning rate over a run of some steps, by name, in the order of help. */
const schedules = {
  polynomial: { help: 'Equation 16 of the paper', create: polynomialSchedule },
  constant: { help: 'the same at every step', create: (learningRate) => constantSchedule(learningRate) },
} satisfies Readonly<
  Record<string, { readonly help: string; create(learningRate: number, steps: number): Schedule }>
>;

/** The name of a schedule. */
export type ScheduleName = keyof typeof schedules;

/** How the schedule is said. */
export const scheduleSetting: Setting<ScheduleName, object> = {
  flag: '--schedule',
  placeholder: 'name',
  help: `learning rate over the run: ${Object.entries(schedules)
    .map(([name, { help }]) => `${name} (${help})`)
    .join(', ')}`,
  initial: () => 'polynomial',
  parse: (text) => parseChoice('--schedule', text, namesOf(schedules)),
};

/** The schedule that the settings name. */
export function createSchedule(name: ScheduleName, learningRate: number, steps: number): Schedule {
  return schedules[name].create(learningRate, steps);
}
