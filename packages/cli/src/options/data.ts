import { refuse } from './usage-error.js';

/** What `--data` names: shapes generated on the fly, or CamVid in a folder. */
export type DataChoice =
  { readonly kind: 'shapes' } | { readonly kind: 'camvid'; readonly directory: string };

/** Reads `--data shapes|camvid:DIR`. Whether the folder exists is found out when it is read. */
export function parseData(text: string): DataChoice {
  if (text === 'shapes') return { kind: 'shapes' };
  const directory = /^camvid:(.+)$/.exec(text)?.[1];
  if (directory !== undefined) return { kind: 'camvid', directory };
  return refuse('--data', text, 'shapes, camvid:DIR');
}
