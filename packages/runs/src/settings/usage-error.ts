/**
 * Settings that cannot be carried out as written: the message says which, what was given and what is accepted.
 * The command `lovasz` prints the message alone (no stack) and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Refuses the value of an option, naming the option, what was given and what is accepted. */
export function refuse(option: string, given: string, accepted: string): never {
  throw new UsageError(`${option}: '${given}' given; accepted: ${accepted}`);
}
