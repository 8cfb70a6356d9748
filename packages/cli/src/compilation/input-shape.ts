import { refuse, type Setting } from '@lovasz/runs/command';

/** Shapes of a network's inputs, by name. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** The shapes of inputs that a model leaves open: one for each use of the option, or as lines. */
export const inputShapeSetting: Setting<InputShapes, object> = {
  flag: '--input-shape',
  placeholder: 'shape',
  help: 'NAME=1x3x64x64: shape of an input, batch included; where the model leaves it open (repeatable)',
  initial: () => ({}),
  parse: (text, before = {}) =>
    text.split('\n').reduce((shapes, line) => parseInputShape(line, shapes), before),
  format: (shapes) =>
    Object.entries(shapes)
      .map(([name, shape]) => `${name}=${shape.join('x')}`)
      .join('\n'),
};

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
