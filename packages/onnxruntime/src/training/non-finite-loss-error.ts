/** The loss of a step is NaN or infinite. The weights are those from before the step. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';

  constructor(
    /** The step that failed, counted from 1. */
    readonly step: number,
    readonly loss: number,
  ) {
    super(
      `the loss is ${loss} at step ${step}; the weights are those from before it. A lower learning rate, or another loss at the start, may help`,
    );
  }
}
