/** What an input is to the operator that reads it, where that is more than an operand. */
export type InputRole =
  | 'weight'
  /** The weight of a recurrent layer's own output of the step before. */
  | 'recurrence'
  | 'bias'
  | 'scale'
  | 'slope'
  | 'table'
  | 'mean'
  | 'variance'
  /** Multiplies or divides entry by entry. */
  | 'factor'
  /** Is added or subtracted entry by entry. */
  | 'term'
  /** Holds quantized numbers. */
  | 'quantized'
  /** The step of a quantization. */
  | 'step'
  /** Says how the operator computes. */
  | 'setting';
