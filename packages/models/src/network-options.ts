/** What every network is told. */
export interface NetworkOptions {
  /** How many classes are told apart: the channels of `logits`. At least 1. */
  readonly classCount: number;
  /** Columns of the image. */
  readonly width: number;
  /** Rows of the image. */
  readonly height: number;
  /** Channels of the image. Default 3. */
  readonly channels?: number | undefined;
  /** Images at a time. Files leave it open, so that it only matters to who reads the declared shapes. Default 1. */
  readonly batch?: number | undefined;
  /** Decides the initial weights; an integer in [0, 2³²). */
  readonly seed: number;
}

/** Fills in the defaults and throws a RangeError that names what is out of range. */
export function checkNetworkOptions(options: NetworkOptions): Required<{
  [Name in keyof NetworkOptions]: number;
}> {
  const { classCount, width, height, channels = 3, batch = 1, seed } = options;
  for (const [name, value] of Object.entries({ classCount, width, height, channels, batch })) {
    checkInteger(name, value, 1);
  }
  checkInteger('seed', seed, 0, 2 ** 32 - 1);
  return { classCount, width, height, channels, batch, seed };
}

/** Throws unless `value` is an integer in [low, high]. */
export function checkInteger(name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `in [${low}, ${high}]`;
  throw new RangeError(`${name} is ${value}, expected an integer ${range}`);
}
