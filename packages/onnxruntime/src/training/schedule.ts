/** The learning rate at every step, counted from 0. */
export type Schedule = (step: number) => number;

/**
 * Eq. 16 of the paper: lr = base · (1 − step / totalSteps)^power, and 0 from the last step on.
 *
 * @param base the learning rate at step 0, above 0.
 * @param totalSteps how many steps there will be, at least 1.
 * @param power default 0.9, as in the paper.
 * @throws RangeError for a value outside of its range.
 *
 * @example
 * polynomialSchedule(2.5e-4, 20_000)(0); // 2.5e-4
 */
export function polynomialSchedule(base: number, totalSteps: number, power = 0.9): Schedule {
  checkBase(base);
  if (!Number.isInteger(totalSteps) || totalSteps < 1) {
    throw new RangeError(`totalSteps is ${totalSteps}, expected an integer of at least 1`);
  }
  if (!(power >= 0 && Number.isFinite(power)))
    throw new RangeError(`power is ${power}, expected a number of at least 0`);
  return (step) => base * Math.max(1 - step / totalSteps, 0) ** power;
}

/**
 * The same learning rate at every step.
 *
 * @throws RangeError when it is not above 0.
 */
export function constantSchedule(base: number): Schedule {
  checkBase(base);
  return () => base;
}

function checkBase(base: number): void {
  if (!(base > 0 && Number.isFinite(base)))
    throw new RangeError(`base is ${base}, expected a number above 0`);
}
