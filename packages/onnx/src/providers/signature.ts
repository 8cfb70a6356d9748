/** What an operator takes and gives, as the ONNX specification has it. */
export interface Signature {
  /** The operator set since which it is as it is: kernels are registered by that number. */
  readonly since: number;
  /** A data type or a type variable for each input; `...` after the last one lets it repeat. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}
