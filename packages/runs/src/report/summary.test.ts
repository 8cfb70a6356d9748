import { describe, expect, test } from '@jest/globals';
import { sampleEvaluation, sampleRun, sampleStart, sampleStep } from '../events/sample-run.fixture.js';
import { summary } from './summary.js';

describe('summary', () => {
  test('tells the last mean IoU, and how the later runs compare with the first', () => {
    const better = [sampleStart, sampleEvaluation(2, [0.9, 0.7])];
    const text = summary([
      { name: 'first', events: sampleRun },
      { name: 'second', events: better },
    ]).html;
    const [first, second] = text.split('</section>');
    expect(first).toContain('70.0 %');
    expect(first).toContain('4 steps in 1 min 15 s');
    expect(first).toContain('started 2024-05-06 07:08 UTC');
    expect(first).not.toContain('points');
    expect(second).toContain('80.0 %');
    expect(second).toContain('+10.0 points against first');
  });

  test('tells a better epoch than the last, and that a run stopped early', () => {
    const text = summary([
      {
        name: 'run',
        events: [
          sampleStart,
          sampleEvaluation(1, [0.9, 0.7]),
          sampleStep(3),
          sampleEvaluation(2, [0.2, 0.2]),
        ],
      },
    ]).html;
    expect(text).toContain('best mIoU 80.0 % after epoch 1');
    expect(text).toContain('stopped after step 3');
  });

  test('an end followed by more steps is not the end', () => {
    const events = [sampleStart, { event: 'end', step: 2, seconds: 9, meanIou: 0.1 } as const, sampleStep(3)];
    expect(summary([{ name: 'run', events }]).html).toContain('stopped after step 3');
  });

  test('a run that was never evaluated has a dash', () => {
    expect(summary([{ name: 'run', events: [] }]).html).toContain('–');
  });
});
