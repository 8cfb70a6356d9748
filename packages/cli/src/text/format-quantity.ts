/** A whole number with its thousands apart: `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

const prefixes = ['', 'k', 'M', 'G', 'T'] as const;

/** A quantity with the prefix of powers of 1000 that leaves one to three digits before the point: `132.1 MB`. */
export function formatQuantity(quantity: number, unit: string): string {
  let value = quantity;
  let power = 0;
  // 999.95 would be rounded to 1000.0.
  while (value >= 999.95 && power < prefixes.length - 1) {
    value /= 1000;
    power++;
  }
  return `${power === 0 ? value : value.toFixed(1)} ${prefixes[power]!}${unit}`;
}
