import { checkLabels } from '../../checks/check-labels.js';
import { type BlockEngine, blockLength, ignoredLabel, labelTables } from '../engines/engine.js';
import type { PixelLayout } from './pixel-layout.js';
import type { Scratch } from './scratch.js';

/** The labels of a batch, and where those of a binary problem lie in them. */
export interface PixelLabels {
  /** The class of each pixel, or 1 for foreground and 0 for background of binary labels; or {@link ignoredLabel}. */
  readonly data: Uint16Array;
  /** Whether `data` has the layout of the scores; otherwise it is `[images, pixels]`. */
  readonly areBinary: boolean;
  /** By group · classes + class, the number of foreground pixels and of pixels that are not ignored. */
  readonly foreground: Float64Array;
  readonly valid: Float64Array;
  /** Whether any pixel is ignored. */
  readonly hasIgnored: boolean;
}

/** What makes a pixel ignored: its label, or 0 in the mask. */
interface Ignored {
  readonly ignoreIndex: number | undefined;
  readonly mask: ArrayLike<number> | undefined;
}

/** Labels of a batch, and how they are converted to those of kernels. */
export interface LabelConversion extends Ignored {
  readonly labels: ArrayLike<number>;
  /** Where they go. */
  readonly data: Uint16Array;
  /** If it works in place, then `data` is in its memory. */
  readonly engine: BlockEngine;
}

/**
 * Converts labels `from` to `to`.
 *
 * @param counts how many have each label is added to them.
 * @throws RangeError as {@link checkLabels} when one is neither a class nor ignored.
 */
function convert(
  conversion: LabelConversion,
  classCount: number,
  [from, to]: readonly [number, number],
  counts: Uint32Array,
): void {
  const { labels, data, ignoreIndex, mask } = conversion;
  const refuse = (): void => checkLabels(labels, { classCount, ignoreIndex, mask });
  const start = isIntegers(labels) && mask === undefined ? to - ((to - from) % 8) : from;
  if (start > from && !convertIntegers(conversion, classCount, [from, start], counts)) refuse();
  for (let place = start; place < to; place++) {
    const label = labels[place]!;
    // A hole is no label, and equals an `ignoreIndex` that is not set.
    if ((label === ignoreIndex && label !== undefined) || (mask !== undefined && mask[place] === 0)) {
      data[place] = ignoredLabel;
      counts[ignoredLabel] = counts[ignoredLabel]! + 1;
    } else {
      data[place] = label;
      // What was written is an integer, and is the label if that is one.
      const own = data[place]!;
      if (own !== label || own >= classCount) refuse();
      counts[own] = counts[own]! + 1;
    }
  }
}

type Integers = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array;

const integers = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32'].map((type) => `${type}Array`);

/** The name of the type of an array, which may come from another realm. */
function nameOf(labels: ArrayLike<number>): string {
  return Object.prototype.toString.call(labels).slice('[object '.length, -1);
}

/** Whether all numbers of such an array are integers of at most 32 bits with a sign. */
function isIntegers(labels: ArrayLike<number>): labels is Integers {
  return integers.includes(nameOf(labels));
}

/** Converts labels that are integers; their number is a multiple of 8. Returns whether all are right. */
function convertIntegers(
  { labels, data, ignoreIndex, engine }: LabelConversion,
  classCount: number,
  [from, to]: readonly [number, number],
  counts: Uint32Array,
): boolean {
  // Another number equals none of the labels.
  const ignored =
    Number.isInteger(ignoreIndex) && (ignoreIndex! | 0) === ignoreIndex ? ignoreIndex : undefined;
  const { counts: counted } = engine;
  const raw = /Uint8(Clamped)?Array/u.test(nameOf(labels)) ? engine.rawBytes : engine.rawLabels;
  let isRight = true;
  for (let start = from; start < to; start += blockLength) {
    const end = Math.min(to, start + blockLength);
    raw.set((labels as Integers).subarray(start, end));
    const place = data.subarray(start, end);
    const target = engine.isInPlace ? place : engine.labelsAt(place.byteOffset);
    if (!engine.convertLabels(raw, end - start, ignored, classCount, target)) isRight = false;
    if (!engine.isInPlace) place.set(target.subarray(0, end - start));
  }
  for (let table = 0; table < labelTables << 16; table += 1 << 16) {
    const take = (label: number): void => {
      counts[label] = counts[label]! + counted[table + label]!;
      counted[table + label] = 0;
    };
    for (let label = 0; label < classCount; label++) take(label);
    take(ignoredLabel);
  }
  return isRight;
}

/**
 * Labels that are class ids, `[images, pixels]`.
 *
 * @param groups images, or 1 for the batch as a whole.
 * @throws RangeError as {@link checkLabels}.
 */
export function classLabels(
  conversion: LabelConversion,
  { images, classCount, pixels }: PixelLayout,
  groups: number,
): PixelLabels {
  const foreground = new Float64Array(groups * classCount);
  const valid = new Float64Array(groups * classCount);
  const length = (images / groups) * pixels;
  const counts = new Uint32Array(ignoredLabel + 1);
  let hasIgnored = false;
  for (let group = 0; group < groups; group++) {
    counts.fill(0);
    convert(conversion, classCount, [group * length, (group + 1) * length], counts);
    hasIgnored ||= counts[ignoredLabel]! > 0;
    foreground.set(counts.subarray(0, classCount), group * classCount);
    valid.fill(length - counts[ignoredLabel]!, group * classCount, (group + 1) * classCount);
  }
  return { data: conversion.data, areBinary: false, foreground, valid, hasIgnored };
}

/**
 * Binary labels, of the layout of the scores.
 *
 * @throws RangeError as {@link checkLabels}.
 */
export function binaryLabels(
  conversion: LabelConversion,
  { images, classCount, pixels, imageStride, classStride, pixelStride }: PixelLayout,
  groups: number,
): PixelLabels {
  const { data } = conversion;
  const counts = new Uint32Array(ignoredLabel + 1);
  const foreground = new Float64Array(groups * classCount);
  const valid = new Float64Array(groups * classCount);
  let hasIgnored = false;
  if (pixelStride !== 1) convert(conversion, 2, [0, data.length], counts);
  for (let image = 0; image < images; image++) {
    for (let id = 0; id < classCount; id++) {
      const start = image * imageStride + id * classStride;
      const end = start + pixels * pixelStride;
      counts[1] = counts[ignoredLabel] = 0;
      if (pixelStride === 1) convert(conversion, 2, [start, end], counts);
      else for (let place = start; place < end; place += pixelStride) counts[data[place]!]! += 1;
      const problem = (groups === 1 ? 0 : image * classCount) + id;
      foreground[problem] = foreground[problem]! + counts[1];
      valid[problem] = valid[problem]! + pixels - counts[ignoredLabel];
      hasIgnored ||= counts[ignoredLabel] > 0;
    }
  }
  return { data, areBinary: true, foreground, valid, hasIgnored };
}

/** Binary labels with foreground and background exchanged. */
export function invertLabels(
  { data, foreground, valid, hasIgnored }: PixelLabels,
  scratch: Scratch,
): PixelLabels {
  const inverted = scratch.uint16(data.length);
  data.forEach((label, place) => (inverted[place] = label === ignoredLabel ? label : 1 - label));
  return {
    data: inverted,
    areBinary: true,
    foreground: valid.map((count, problem) => count - foreground[problem]!),
    valid,
    hasIgnored,
  };
}
