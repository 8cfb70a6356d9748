import { refuse } from './usage-error.js';

/** The networks built in, in the order in which help lists them. */
const modelNames = ['unet', 'enet'] as const;

/** What `--model` names: a network built in, or an ONNX file. */
export type ModelChoice =
  | { readonly kind: 'built-in'; readonly name: (typeof modelNames)[number] }
  | { readonly kind: 'file'; readonly file: string };

/** Reads `--model unet|enet|FILE.onnx`. Whether the file exists is found out when it is read. */
export function parseModel(text: string): ModelChoice {
  const name = modelNames.find((candidate) => candidate === text);
  if (name !== undefined) return { kind: 'built-in', name };
  if (/[^/\\]\.onnx$/i.test(text)) return { kind: 'file', file: text };
  return refuse('--model', text, `${modelNames.join(', ')}, or a file whose name ends in .onnx`);
}
