/** What came of one case: how far off it was, or why it could not be compared. */
export type Outcome = { readonly name: string; readonly tolerance: number } & (
  { readonly largestError: number } | { readonly reason: string }
);

/**
 * Prints a line per case, `ok|FAIL name  largest error  tolerance`, and finally `N passed, N failed`.
 *
 * @returns the exit code: 0 when every case passes, 1 when one fails or there is none.
 */
export async function reportOutcomes(
  outcomes: AsyncIterable<Outcome>,
  write: (line: string) => void,
): Promise<0 | 1> {
  let passed = 0;
  let failed = 0;
  for await (const outcome of outcomes) {
    const { name, tolerance } = outcome;
    const shown = Number(tolerance.toPrecision(2));
    // An error of NaN is not within any tolerance.
    const ok = 'largestError' in outcome && outcome.largestError <= tolerance;
    if (ok) passed += 1;
    else failed += 1;
    const found =
      'largestError' in outcome
        ? `${outcome.largestError.toExponential(1)}  ${shown}`
        : `not compared  ${shown}  ${outcome.reason.replaceAll(/\s+/g, ' ')}`;
    write(`${ok ? 'ok' : 'FAIL'} ${name}  ${found}`);
  }
  write(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
