/** Points of a curve by their x. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** The increasing x of all curves, and the y of each curve there: null where it has no point. */
export interface AlignedSeries {
  readonly x: readonly number[];
  readonly y: readonly (readonly (number | null)[])[];
}

/** Puts curves on one x axis; of two points of a curve at the same x the later one counts. */
export function alignSeries(curves: readonly Points[]): AlignedSeries {
  const x = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const y = curves.map((curve) => {
    const byX = new Map(curve.x.map((position, index) => [position, curve.y[index] ?? null]));
    return x.map((position) => byX.get(position) ?? null);
  });
  return { x, y };
}
