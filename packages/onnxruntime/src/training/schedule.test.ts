import { describe, expect, test } from '@jest/globals';
import { constantSchedule, polynomialSchedule } from './schedule.js';

describe('schedules', () => {
  test('polynomialSchedule falls from base to 0 as Eq. 16 says', () => {
    const schedule = polynomialSchedule(2.5e-4, 20_000);
    expect(schedule(0)).toBe(2.5e-4);
    expect(schedule(10_000)).toBeCloseTo(2.5e-4 * 0.5 ** 0.9, 12);
    expect(schedule(20_000)).toBe(0);
    expect(schedule(25_000)).toBe(0);
    expect(polynomialSchedule(1, 4, 1)(1)).toBe(0.75);
  });

  test('constantSchedule stays', () => {
    expect([0, 7, 1e6].map(constantSchedule(0.01))).toEqual([0.01, 0.01, 0.01]);
  });

  test('values out of range are named', () => {
    expect(() => polynomialSchedule(0, 10)).toThrow('base is 0, expected a number above 0');
    expect(() => polynomialSchedule(1, 0)).toThrow('totalSteps is 0');
    expect(() => polynomialSchedule(1, 10, -1)).toThrow('power is -1');
    expect(() => constantSchedule(NaN)).toThrow('base is NaN');
  });
});
