import { jaccardLoss, lovaszHingeSurface } from '@lovasz/core/theory';
import { surfaceFigure } from './surface-figure.js';

/** The Lovász hinge of two pixels against their relative margins. */
export function figure1(): string {
  const bits = [0, 1] as const;
  return surfaceFigure(
    {
      surface: lovaszHingeSurface,
      domain: [-0.75, 1.75],
      thresholds: Array.from({ length: 15 }, (_, i) => (i + 0.001) / 8),
      colorDomain: [0, 2.2],
      labels: ['r₁ = 1 − F₁·y₁*', 'r₂ = 1 − F₂·y₂*'],
      vertices: bits.flatMap((a) => bits.map((b) => ({ point: [a, b], wrong: [a, b] }) as const)),
    },
    (foreground, wrong) => jaccardLoss(foreground)(wrong),
  );
}
