import { Option } from 'commander';
import type { Recompute } from '@lovasz/onnx';
import { refuse } from './usage-error.js';

/** Declares `--recompute` for a command that writes training graphs. */
export function recomputeOption(): Option {
  return new Option(
    '--recompute <segments>',
    'less memory for more time: keep activations at the borders of N segments only, or of as many as auto finds best',
  )
    .argParser(parseRecompute)
    .default(1, '1: all are kept');
}

/** Reads `auto` or a number of segments; throws UsageError otherwise. */
function parseRecompute(text: string): Recompute {
  if (text === 'auto') return text;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  return refuse('--recompute', text, 'auto, or a number of segments of at least 1');
}
