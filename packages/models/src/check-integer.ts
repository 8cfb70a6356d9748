/** Throws unless `value` is an integer in [low, high]. */
export function checkInteger(name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `in [${low}, ${high}]`;
  throw new RangeError(`${name} is ${value}, expected an integer ${range}`);
}
