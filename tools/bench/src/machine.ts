import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

/** What a figure was measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Rounded to whole gibibytes. */
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
}

/** This machine. */
export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()}-${arch()}`,
    node: process.version,
  };
}
