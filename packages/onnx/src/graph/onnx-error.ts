/** Where an error is: an operator and the name of its node. */
export interface Place {
  readonly operator?: string | undefined;
  readonly node?: string | undefined;
}

/** A model that cannot be read, shaped or differentiated. The message names the node, the operator and the cause. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
  readonly operator: string | undefined;
  readonly node: string | undefined;
  /** The message without operator and node. */
  readonly reason: string;

  constructor(cause: string, place: Place = {}, options: ErrorOptions = {}) {
    const operator = place.operator === undefined ? '' : `${place.operator}`;
    const node = place.node === undefined || place.node === '' ? '' : ` '${place.node}'`;
    super(
      operator === '' && node === '' ? cause : `${operator === '' ? 'node' : operator}${node}: ${cause}`,
      options,
    );
    this.reason = cause;
    this.operator = place.operator;
    this.node = place.node;
  }
}

/**
 * What `work` returns. An error that names no node gets that place, and one that nobody expected becomes
 * an OnnxError with its cause: whatever a model holds, its reader needs to know at which node it cannot be read.
 */
export function withPlace<T>(place: Place, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OnnxError)) {
      throw new OnnxError(`cannot be written: ${(error as Error).message}`, place, { cause: error });
    }
    if (error.node !== undefined && error.node !== '') throw error;
    // A node without a name is called by what it computes; one that another was written in place of, by that one.
    const reason = error.operator === place.operator ? error.reason : error.message;
    throw new OnnxError(reason, place, error.cause === undefined ? {} : { cause: error.cause });
  }
}
