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
