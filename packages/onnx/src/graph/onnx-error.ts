/** Where an error is: a file, an option, an operator and the name of its node. */
export interface Place {
  readonly file?: string | undefined;
  /** The option that the error speaks of. */
  readonly option?: string | undefined;
  readonly operator?: string | undefined;
  readonly node?: string | undefined;
}

/** A model that cannot be read, shaped or differentiated. The message names the place and the reason. */
export class OnnxError extends Error implements Place {
  override readonly name = 'OnnxError';
  readonly file: string | undefined;
  readonly option: string | undefined;
  readonly operator: string | undefined;
  readonly node: string | undefined;

  /** @param reason the message without the place. */
  constructor(
    readonly reason: string,
    place: Place = {},
    options: ErrorOptions = {},
  ) {
    super(messageAt(place, reason), options);
    this.file = place.file;
    this.option = place.option;
    this.operator = place.operator;
    this.node = place.node;
  }

  /**
   * Whether something thrown is an OnnxError: by its name, which it keeps between threads and between two copies of this
   * package, where `instanceof` says no.
   */
  static isOnnxError(thrown: unknown): thrown is OnnxError {
    return typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'OnnxError';
  }

  /**
   * The same error at a place of which more is known: its file, or the name that an option has elsewhere.
   *
   * @example
   * const error = new OnnxError('has no shape; one must be given', { option: 'inputShapes', node: 'image' });
   * const { message } = OnnxError.at(error, { file: 'network.onnx', option: '--input-shape' });
   * // network.onnx: node 'image': has no shape; one must be given by --input-shape
   */
  static at(error: OnnxError, { file = error.file, option = error.option, ...place }: Place): OnnxError {
    const { operator = error.operator, node = error.node } = place;
    return new OnnxError(
      error.reason,
      // What speaks of no option does not get one.
      { file, option: error.option === undefined ? undefined : option, operator, node },
      error.cause === undefined ? {} : { cause: error.cause },
    );
  }
}

/** FILE: OPERATOR 'NODE': reason by OPTION; or, of an option by itself, OPTION reason. */
function messageAt({ file, option, operator = '', node = '' }: Place, reason: string): string {
  const named = node === '' ? operator : `${operator === '' ? 'node' : operator} '${node}'`;
  const subject = named === '' ? option && `${option} ` : `${named}: `;
  const means = named === '' || option === undefined ? '' : ` by ${option}`;
  return `${file === undefined ? '' : `${file}: `}${subject ?? ''}${reason}${means}`;
}

/**
 * What `work` returns. An error that names no node gets that place, and one that nobody expected becomes
 * an OnnxError with its cause: whatever a model holds, its reader needs to know at which node it cannot be read.
 */
export function withPlace<T>(place: Place, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!OnnxError.isOnnxError(error)) {
      throw new OnnxError(`cannot be written: ${(error as Error).message}`, place, { cause: error });
    }
    if (error.node !== undefined && error.node !== '') throw error;
    // A node without a name is called by what it computes; one that another was written in place of, by that one.
    const reason = error.operator === place.operator ? error.reason : error.message;
    throw new OnnxError(reason, place, error.cause === undefined ? {} : { cause: error.cause });
  }
}
