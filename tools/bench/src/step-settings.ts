/** What one training step is measured on. */
export interface StepSettings {
  readonly model: 'unet' | 'enet';
  readonly loss: 'cross-entropy' | 'lovasz-softmax';
  readonly batch: number;
  readonly width: number;
  readonly height: number;
  readonly classes: number;
  /** Threads inside of an operator, on both sides. */
  readonly threads: number;
}
