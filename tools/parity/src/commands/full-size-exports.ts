import { InvalidArgumentError } from 'commander';
import { writeFile } from 'node:fs/promises';
import { compareModel, type ModelComparison } from '../compare-model.js';
import { agrees, exportPage, type ExportRow } from '../export-page.js';
import { readFigures, writeFigures } from '../kept-figures.js';
import { readModels } from '../read-models.js';
import type { Outcome } from '../report.js';
import { outcomeOf } from './onnx-models.js';

/**
 * Compares what `tools/parity/python/export_networks.py` wrote, as `onnx-models` does, and tabulates it.
 *
 * What an exporter refuses is a row of the table, and no failure of ours. The figures of each case that agrees are
 * kept in its folder.
 *
 * @param options.write the Markdown file to write, when all is compared.
 * @param options.resume takes the figures that earlier calls kept, where no newer export lies beside them.
 */
export async function* compareExports(
  folders: readonly string[],
  { write, resume = false }: { write?: string; resume?: boolean },
): AsyncGenerator<Outcome> {
  const rows: ExportRow[] = [];
  const versions: Record<string, string> = {};
  for (const folder of folders) {
    const { models, not_exported: refused = [], versions: used } = await readModels(folder);
    Object.assign(versions, used);
    const figures = resume ? await readFigures(folder) : new Map<string, ModelComparison>();
    for (const model of models) {
      if (!('exporter' in model))
        throw new InvalidArgumentError(`"${folder}" was not written by export_networks.py`);
      for (const each of model.cases) {
        const name = `${model.name}/${each.name}`;
        try {
          const comparison = figures.get(name) ?? (await compareModel(folder, model, each, 'cross_entropy'));
          if (agrees(comparison)) await writeFigures(folder, figures.set(name, comparison));
          rows.push({ model, mode: each, comparison });
          yield outcomeOf(name, comparison);
        } catch (error) {
          const reason = (error as Error).message;
          rows.push({ model, mode: each, reason });
          yield { name, tolerance: 1, reason };
        }
      }
    }
    for (const { network, exporter, reason } of refused)
      rows.push({ model: { network, exporter }, refused: reason });
  }
  if (write !== undefined) await writeFile(write, exportPage(rows, versions));
}
