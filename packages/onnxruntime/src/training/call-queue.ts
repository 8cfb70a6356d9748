/**
 * Calls that run one after the other, in the order in which they were made. One that fails does not stop those after it.
 *
 * @example
 * const calls = new CallQueue('the trainer');
 * const [a, b] = await Promise.all([calls.add('train', first), calls.add('train', second)]); // second after first
 */
export class CallQueue {
  private last: Promise<unknown> = Promise.resolve();
  private closing: Promise<void> | undefined;

  /** @param owner whose calls they are, as messages name it. */
  constructor(private readonly owner: string) {}

  /**
   * Refuses a call that comes after {@link close}.
   *
   * @throws Error that says so.
   */
  refuseAfterClose(name: string): void {
    if (this.closing !== undefined)
      throw new Error(`${this.owner} is closed: ${name}() was called after close()`);
  }

  /**
   * Runs a call after all that were made before.
   *
   * @throws Error after {@link close}; whatever the call throws.
   */
  async add<Result>(name: string, call: () => Promise<Result>): Promise<Result> {
    this.refuseAfterClose(name);
    return this.append(call);
  }

  /** Runs the last call, after all that were made before. Called again, it is the same call. */
  close(call: () => Promise<void>): Promise<void> {
    return (this.closing ??= this.append(call));
  }

  private append<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(call);
    this.last = result.catch(() => undefined);
    return result;
  }
}
