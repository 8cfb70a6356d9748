/** A model that cannot be read, shaped or differentiated. The message names the node, the operator and the cause. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
  readonly operator: string | undefined;
  readonly node: string | undefined;

  constructor(
    cause: string,
    place: { operator?: string | undefined; node?: string | undefined } = {},
    options: ErrorOptions = {},
  ) {
    const operator = place.operator === undefined ? '' : `${place.operator}`;
    const node = place.node === undefined || place.node === '' ? '' : ` '${place.node}'`;
    super(
      operator === '' && node === '' ? cause : `${operator === '' ? 'node' : operator}${node}: ${cause}`,
      options,
    );
    this.operator = place.operator;
    this.node = place.node;
  }
}
