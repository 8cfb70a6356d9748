const colorCount = 6;

/** The custom property of the style sheet that holds the colour of a run. */
export function runColor(index: number): string {
  return `--run-${(index % colorCount) + 1}`;
}
