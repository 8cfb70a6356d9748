import { writeFile } from 'node:fs/promises';
import { compareModel } from '../compare-model.js';
import { exportTable, type ExportRow } from '../export-table.js';
import { readModels } from '../read-models.js';
import type { Outcome } from '../report.js';
import { UsageError } from '../usage-error.js';
import { outcomeOf } from './onnx-models.js';

/**
 * Compares what `tools/parity/python/export_networks.py` wrote, as `onnx-models` does, and tabulates it.
 *
 * What an exporter refuses is a row of the table, and no failure of ours.
 *
 * @param table the Markdown file to write, when all is compared.
 */
export async function* compareExports(
  folders: readonly string[],
  table: string | undefined,
): AsyncGenerator<Outcome> {
  const rows: ExportRow[] = [];
  for (const folder of folders) {
    const { models, not_exported: refused = [] } = await readModels(folder);
    for (const model of models) {
      if (!('exporter' in model)) throw new UsageError(`"${folder}" was not written by export_networks.py`);
      for (const each of model.cases) {
        const name = `${model.name}/${each.name}`;
        try {
          const comparison = await compareModel(folder, model, each, 'cross_entropy');
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
  if (table !== undefined) await writeFile(table, exportTable(rows));
}
