import { InvalidArgumentError } from 'commander';
import { compareModel, deviationsOf, type ModelComparison } from '../compare-model.js';
import { readModels } from '../read-models.js';
import type { Outcome } from '../report.js';
import { runtimes } from '../runtimes.js';

/**
 * Compares exported networks: logits, loss, the gradient of every parameter and of the input, and the running
 * statistics of batch normalization, one outcome per case and loss.
 *
 * Every quantity has a tolerance of its own; the error printed is the largest of error / tolerance, so 1 is the limit.
 *
 * @param folder where `models.json` lies, with `NAME.onnx` and `NAME.safetensors`.
 * @param backendName what executes, out of {@link runtimes}.
 */
export async function* compareModels(folder: string, backendName: string): AsyncGenerator<Outcome> {
  const runtime = runtimes[backendName];
  if (runtime === undefined) {
    throw new InvalidArgumentError(
      `unknown backend "${backendName}"; accepted: ${Object.keys(runtimes).join(', ')}`,
    );
  }
  const { models } = await readModels(folder);
  for (const network of models) {
    for (const each of network.cases) {
      for (const loss of Object.keys(each.losses)) {
        const name = `${network.name}/${each.name}/${loss}`;
        try {
          yield outcomeOf(name, await compareModel(folder, network, each, loss, runtime));
        } catch (error) {
          yield { name, tolerance: 1, reason: (error as Error).message };
        }
      }
    }
  }
}

/** The largest error of a comparison, in units of its tolerance. */
export function outcomeOf(name: string, comparison: ModelComparison): Outcome {
  const ratios = deviationsOf(comparison).map(({ error, tolerance }) => error / tolerance);
  // Math.max is NaN when one of them is.
  return { name, tolerance: 1, largestError: Math.max(...ratios) };
}
