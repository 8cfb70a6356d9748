import { jaccardWeights } from '@lovasz/core';
import { jaccardLoss } from '@lovasz/core/theory';
import type { BackendLoss } from '../adapter.js';
import type { ConformanceContext, ConformanceTest } from '../conformance-test.js';
import { expectDirection, expectGradient, expectNear, expectThat, expectValue } from '../expectations.js';
import { randomNumbers, randomPermutation } from '../random.js';

const voidLabel = 255;

/** Σ mᵢ·wᵢ(m) of the errors themselves (Eq. 8), so that its gradient is the weights. */
const extensionOfErrors: BackendLoss = (backend, errors, labels) => {
  const foreground = backend.equal(labels, backend.constant(1));
  const valid = backend.subtract(backend.constant(1), backend.equal(labels, backend.constant(voidLabel)));
  const weights = backend.stopGradient(backend.jaccardWeights(errors, foreground, valid));
  return backend.reshape(backend.sum(backend.multiply(errors, weights), [0, 1]), []);
};

/** A binary problem: errors ≥ 0, and labels 0, 1 or void. */
interface Row {
  readonly errors: readonly number[];
  readonly labels: readonly number[];
}

/** The weights of problems with the same number of pixels, all computed at once, and the sum of their losses. */
async function weigh({ adapter }: ConformanceContext, rows: readonly Row[]) {
  const pixels = rows[0]!.errors.length;
  const shape = [rows.length, pixels];
  const { value, gradient } = await adapter.evaluate(
    extensionOfErrors,
    { data: rows.flatMap(({ errors }) => errors), shape },
    { data: rows.flatMap(({ labels }) => labels), shape },
  );
  expectThat(gradient.length === rows.length * pixels, () => {
    return `gradient has ${gradient.length} entries; expected ${rows.length * pixels}`;
  });
  const entries = Array.from(gradient);
  const weights = rows.map((_, row) => entries.slice(row * pixels, (row + 1) * pixels));
  return { value, weights, losses: rows.map((row, i) => dot(row.errors, weights[i]!)) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, entry, i) => sum + entry * b[i]!, 0);
}

const bits = (count: number, set: number) => Array.from({ length: count }, (_, i) => (set >> i) & 1);

/** The Jaccard loss of the set of valid pixels with an error of at least a threshold. */
function lossAbove({ errors, labels }: Row, threshold: number): number {
  const valid = errors.map((_, pixel) => pixel).filter((pixel) => labels[pixel] !== voidLabel);
  return jaccardLoss(valid.map((pixel) => labels[pixel]!))(
    valid.map((pixel) => (errors[pixel]! >= threshold ? 1 : 0)),
  );
}

/** Errors that are multiples of 1/8 in 0…`largest`, with many ties; labels with or without foreground and void. */
function rowsWithTies(count: number, pixels: number, seed: number, largest = 1): Row[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, row) => {
    const share = [0, 0.2, 0.5, 1][row % 4]!;
    return {
      errors: Array.from({ length: pixels }, () => Math.floor(random() * (8 * largest + 1)) / 8),
      labels: Array.from({ length: pixels }, () => {
        return random() < 0.1 ? voidLabel : random() < share ? 1 : 0;
      }),
    };
  });
}

/** Errors that are 1/32 apart, in a random order. */
function rowsWithoutTies(count: number, pixels: number, seed: number): Row[] {
  const random = randomNumbers(seed);
  return rowsWithTies(count, pixels, seed + 1).map(({ labels }) => ({
    errors: randomPermutation(pixels, random).map((rank) => (rank + 1) / 32),
    labels,
  }));
}

const tests: Record<string, (context: ConformanceContext) => Promise<void>> = {
  'weights are at least 0 and sum to 1': async (context) => {
    const rows = [...rowsWithTies(40, 12, 1, 3), ...rowsWithoutTies(40, 12, 2)];
    const { weights } = await weigh(context, rows);
    rows.forEach(({ labels }, row) => {
      const sum = weights[row]!.reduce((total, weight) => total + weight, 0);
      const expected = labels.every((label) => label === voidLabel) ? 0 : 1;
      expectNear(sum, expected, context.options.tolerance.gradient, `sum of weights in problem ${row}`);
      const least = Math.min(...weights[row]!);
      expectThat(least >= 0, () => `a weight in problem ${row} is ${least}; expected at least 0`);
    });
  },

  'the extension is the Jaccard loss on every vertex of the hypercube': async (context) => {
    for (let pixels = 1; pixels <= 4; pixels++) {
      const sets = Array.from({ length: 2 ** pixels }, (_, set) => bits(pixels, set));
      const rows = sets.flatMap((labels) => sets.map((errors) => ({ errors, labels })));
      const { losses } = await weigh(context, rows);
      rows.forEach((row, i) => {
        const what = `extension at errors [${row.errors.join(', ')}] with labels [${row.labels.join(', ')}]`;
        expectValue(losses[i]!, jaccardLoss(row.labels)(row.errors), context.options, what);
      });
    }
  },

  'the extension is the integral of the Jaccard loss over thresholds': async (context) => {
    const rows = rowsWithTies(60, 11, 3, 2);
    const { losses, value } = await weigh(context, rows);
    const integrals = rows.map((row) => {
      return Array.from({ length: 16 }, (_, step) => lossAbove(row, (step + 1) / 8) / 8).reduce(
        (a, b) => a + b,
      );
    });
    integrals.forEach((integral, row) => {
      expectValue(losses[row]!, integral, context.options, `extension of problem ${row}`);
    });
    const sum = integrals.reduce((a, b) => a + b);
    expectValue(value, sum, context.options, 'sum of the extensions');
  },

  'the extension is convex along segments': async (context) => {
    const start = rowsWithTies(60, 10, 4);
    const end = rowsWithTies(60, 10, 5).map(({ errors }, row) => ({ errors, labels: start[row]!.labels }));
    const middle = start.map(({ errors, labels }, row) => ({
      errors: errors.map((error, pixel) => (error + end[row]!.errors[pixel]!) / 2),
      labels,
    }));
    const [a, b, between] = [
      await weigh(context, start),
      await weigh(context, end),
      await weigh(context, middle),
    ];
    between.losses.forEach((loss, row) => {
      const bound = (a.losses[row]! + b.losses[row]!) / 2 + context.options.tolerance.value;
      expectThat(loss <= bound, () => `extension of problem ${row} is ${loss} half way; expected ≤ ${bound}`);
    });
  },

  'weights follow the pixels into another order': async (context) => {
    const rows = rowsWithoutTies(30, 12, 6);
    const order = randomPermutation(12, randomNumbers(7));
    const permuted = rows.map(({ errors, labels }) => ({
      errors: order.map((pixel) => errors[pixel]!),
      labels: order.map((pixel) => labels[pixel]!),
    }));
    const [plain, moved] = [await weigh(context, rows), await weigh(context, permuted)];
    rows.forEach((_, row) => {
      const expected = order.map((pixel) => plain.weights[row]![pixel]!);
      expectGradient(moved.weights[row]!, expected, context.options.tolerance.gradient, 'weights');
    });
  },

  'void pixels weigh nothing and count for nothing': async (context) => {
    const rows = rowsWithoutTies(30, 12, 8);
    const { weights } = await weigh(context, rows);
    for (const [row, { errors, labels }] of rows.entries()) {
      const isValid = (_: unknown, pixel: number) => labels[pixel] !== voidLabel;
      const expected = jaccardWeights(errors.filter(isValid), labels.filter(isValid));
      const found = weights[row]!;
      expectGradient(found.filter(isValid), expected, context.options.tolerance.gradient, 'weights');
      for (const [pixel, label] of labels.entries()) {
        if (label === voidLabel) expectNear(found[pixel]!, 0, 0, `weight of void pixel ${pixel}`);
      }
    }
  },

  'equal errors weigh what the rule for ties says': async (context) => {
    const { ties, tolerance } = context.options;
    const rows = rowsWithTies(40, 12, 9);
    const { weights } = await weigh(context, rows);
    rows.forEach(({ errors, labels }, row) => {
      const found = weights[row]!;
      if (ties === 'ordered') {
        const valid = labels.map((label) => (label === voidLabel ? 0 : 1));
        expectGradient(found, jaccardWeights(errors, labels, valid), tolerance.gradient, 'weights');
        return;
      }
      for (const [pixel, error] of errors.entries()) {
        const first = errors.findIndex((each, i) => each === error && labels[i] === labels[pixel]);
        expectNear(found[pixel]!, found[first]!, tolerance.gradient, `weight of tied pixel ${pixel}`);
      }
    });
  },

  'weights are exact where foreground is rare': async (context) => {
    // Differences of neighbouring Jaccard values lose such weights in float32; integer counts do not.
    const pixels = Math.min(context.options.maxPixels, 65_536);
    const errors = randomPermutation(pixels, randomNumbers(10)).map((rank) => (rank + 1) / pixels);
    const labels = errors.map((_, pixel) => (pixel % 100 === 0 ? 1 : 0));
    const { weights, value } = await weigh(context, [{ errors, labels }]);
    const expected = jaccardWeights(errors, labels);
    expectValue(value, dot(errors, Array.from(expected)), context.options);
    if (context.options.method === 'histogram')
      expectDirection(weights[0]!, expected, context.options, 'weights');
    else {
      expected.forEach((weight, pixel) => {
        const bound = context.options.tolerance.gradient * weight;
        expectNear(weights[0]![pixel]!, weight, bound, `weight of pixel ${pixel}`);
      });
    }
  },
};

/** The laws of the weights and of the Lovász extension that they make. */
export const jaccardWeightsTests: readonly ConformanceTest[] = Object.entries(tests).map(([name, run]) => ({
  name,
  run,
}));
