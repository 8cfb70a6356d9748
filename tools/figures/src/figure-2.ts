import { jaccardLoss, lovaszSoftmaxSurface } from '@lovasz/core/theory';
import { surfaceFigure } from './surface-figure.js';

/** The Lovász-Softmax loss of the foreground of two pixels against their differences of scores. */
export function figure2(): string {
  const far = 5;
  const signs = [-1, 1] as const;
  return surfaceFigure(
    {
      surface: lovaszSoftmaxSurface,
      domain: [-7, 7],
      thresholds: Array.from({ length: 19 }, (_, i) => (i + 1) / 20),
      colorDomain: [0, 1.25],
      labels: ['d₁ = F₁(y₁*) − F₁(1 − y₁*)', 'd₂ = F₂(y₂*) − F₂(1 − y₂*)'],
      vertices: signs.flatMap((a) =>
        signs.map((b) => ({ point: [far * a, far * b], wrong: [a < 0 ? 1 : 0, b < 0 ? 1 : 0] }) as const),
      ),
    },
    (foreground, wrong) => jaccardLoss(foreground)(wrong),
  );
}
