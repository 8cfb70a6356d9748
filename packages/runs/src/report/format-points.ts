/** A difference of two fractions in percentage points, with its sign: `+1.9 points`. */
export function formatPoints(difference: number): string {
  const points = (100 * difference).toFixed(1);
  if (Number(points) === 0) return '±0.0 points';
  return `${points.startsWith('-') ? `−${points.slice(1)}` : `+${points}`} points`;
}
