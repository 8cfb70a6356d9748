import type { TrainedOutput } from '@lovasz/onnx';

/** Where the classes of an output lie, and how many there are. */
export function describeClasses({ classAxis, classCount, isBinary }: TrainedOutput): string {
  if (classAxis === 'none') return 'one score per pixel, the foreground against the rest';
  return isBinary
    ? `one score per pixel on axis ${classAxis}, the foreground against the rest`
    : `${classCount} classes on axis ${classAxis}`;
}
