import { refuse } from './usage-error.js';

/** Shapes of a network's inputs, by name. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** Reads one `--input-shape NAME=1x3x64x64` (the last `=` counts) and adds it to those before. */
export function parseInputShape(text: string, before: InputShapes = {}): InputShapes {
  const match = /^(.+)=(\d{1,9}(?:x\d{1,9})*)$/.exec(text);
  const shape = match?.[2]!.split('x').map(Number) ?? [];
  const name = match?.[1];
  if (name === undefined || shape.includes(0)) {
    return refuse(
      '--input-shape',
      text,
      'NAME=LENGTHxLENGTH…, each length at least 1, for example image=1x3x64x64',
    );
  }
  if (Object.hasOwn(before, name))
    return refuse('--input-shape', text, `one shape for each input; '${name}' has one already`);
  return { ...before, [name]: shape };
}
