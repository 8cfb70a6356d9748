import type { Setting } from './setting.js';
import { refuse } from './usage-error.js';

/** The width and height of a picture in pixels, each at least 1. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Reads `WxH`, for example `240x180`: width first. */
export function parseSize(option: string, text: string): Size {
  const match = /^(\d{1,6})x(\d{1,6})$/.exec(text);
  const width = Number(match?.[1]);
  const height = Number(match?.[2]);
  if (width >= 1 && height >= 1) return { width, height };
  return refuse(option, text, 'WIDTHxHEIGHT in pixels, each from 1 to 999999, for example 240x180');
}

/** Writes what {@link parseSize} reads. */
export function formatSize({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** How a size is read and written, for a row of a table. */
export function sizeWords(flag: `--${string}`): Pick<Setting<Size, never>, 'flag' | 'parse' | 'format'> {
  return { flag, parse: (text) => parseSize(flag, text), format: formatSize };
}
