/** Throws a RangeError unless the value is an integer of the range, which is open above when no maximum is given. */
export function checkInteger(name: string, value: number, minimum: number, maximum?: number): void {
  if (Number.isSafeInteger(value) && value >= minimum && (maximum === undefined || value <= maximum)) return;
  const range = maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  throw new RangeError(`${name} is ${value}; expected an integer ${range}`);
}
