import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetricsFile, readMetricsFile, resumeMetricsFile } from './metrics-file.js';
import type { RunEvent } from './run-event.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lovasz-'));
  file = join(folder, 'metrics.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

function step(number: number): RunEvent {
  return { event: 'step', step: number, epoch: 1, loss: 1 / number, learningRate: 0.1, imagesPerSecond: 10 };
}

const checkpoint: RunEvent = { event: 'checkpoint', step: 2, file: 'Lovász.safetensors' };

function write(...events: RunEvent[]): void {
  const metrics = createMetricsFile(file);
  for (const event of events) metrics.append(event);
  metrics.close();
}

describe('metrics file', () => {
  test('gives back what was appended, one object a line, before it is closed', () => {
    const metrics = createMetricsFile(file);
    metrics.append(step(1));
    metrics.append(checkpoint);
    expect(readMetricsFile(file)).toEqual([step(1), checkpoint]);
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line && JSON.parse(line).event),
    ).toEqual(['step', 'checkpoint', '']);
    metrics.close();
  });

  test('a new run does not touch the file of another', () => {
    write(step(1));
    expect(() => createMetricsFile(file)).toThrow('EEXIST');
    expect(readMetricsFile(file)).toEqual([step(1)]);
  });

  test('a torn last line is left out when reading', () => {
    write(step(1));
    appendFileSync(file, '{"event":"step","st');
    expect(readMetricsFile(file)).toEqual([step(1)]);
  });

  test('a resumed run drops the steps beyond its checkpoint and the torn line, then goes on', () => {
    write(step(1), step(2), checkpoint, step(3), step(4));
    appendFileSync(file, Buffer.from('{"event":"é').subarray(0, -1));
    const metrics = resumeMetricsFile(file, 2);
    metrics.append(step(3));
    metrics.close();
    expect(readMetricsFile(file)).toEqual([step(1), step(2), checkpoint, step(3)]);
  });

  test('a run resumed where it stopped keeps every line', () => {
    const interrupted: RunEvent = { event: 'interrupted', step: 2 };
    write(step(1), step(2), checkpoint, interrupted);
    resumeMetricsFile(file, 2).close();
    expect(readMetricsFile(file)).toEqual([step(1), step(2), checkpoint, interrupted]);
  });

  test.each(['not JSON', '{"event":"surprise"}', 'null', '3'])(
    'a whole line that is no event is named and the file is kept: %s',
    (line) => {
      write(step(1));
      appendFileSync(file, `${line}\n`);
      const before = readFileSync(file);
      expect(() => readMetricsFile(file)).toThrow(`${file}, line 2: not an event of a run`);
      expect(() => resumeMetricsFile(file, 1)).toThrow('line 2');
      expect(readFileSync(file)).toEqual(before);
    },
  );

  test('an empty file has no events', () => {
    writeFileSync(file, '');
    expect(readMetricsFile(file)).toEqual([]);
  });
});
