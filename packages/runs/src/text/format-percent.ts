/** A fraction as a percentage, `81.4 %`; a dash for what could not be measured. */
export function formatPercent(fraction: number | null): string {
  return fraction === null ? '–' : `${(100 * fraction).toFixed(1)} %`;
}
