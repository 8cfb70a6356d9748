import { join } from 'node:path';

/** The files that a run leaves. */
export interface RunFolder {
  readonly directory: string;
  readonly checkpoint: string;
  readonly model: string;
  readonly metrics: string;
  readonly report: string;
}

export function runFolder(directory: string): RunFolder {
  return {
    directory,
    checkpoint: join(directory, 'checkpoint.safetensors'),
    model: join(directory, 'model.onnx'),
    metrics: join(directory, 'metrics.jsonl'),
    report: join(directory, 'report.html'),
  };
}
