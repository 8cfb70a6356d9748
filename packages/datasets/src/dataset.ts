/** An image and the class of each of its pixels. Samples are shared and never written to: whatever changes one copies it. */
export interface SegmentationSample {
  /** Name that is unique in its data set, for messages and reports. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** RGB, height × width × 3, 0 to 255. */
  readonly image: Uint8Array;
  /** Class ids or the data set's `ignoreIndex`, height × width. */
  readonly labels: Uint8Array;
}

/** Samples by index, all of one set of classes. */
export interface SegmentationDataset {
  readonly name: string;
  /** Names of the classes by id. */
  readonly classes: readonly string[];
  /** Colour of each class for display, RGB, 0 to 255. */
  readonly colors: readonly (readonly [red: number, green: number, blue: number])[];
  /** Label of pixels that take no part (void). */
  readonly ignoreIndex: number;
  /** Number of samples. */
  readonly length: number;
  /** The sample at an index from 0 to length − 1; the same index gives the same sample every time. */
  sample(index: number): Promise<SegmentationSample>;
}
