/** One measured number. Smaller is better. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must not exceed: `--check` fails when it does. */
  readonly must?: number;
  /** What it should come down to. */
  readonly aim?: number;
}

/** The figures above their `must`. A value that is not a number is above everything. */
export function missed(figures: readonly Figure[]): readonly Figure[] {
  return figures.filter(({ value, must }) => must !== undefined && !(value <= must));
}
