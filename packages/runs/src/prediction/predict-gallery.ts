import type { SegmentationDataset } from '@lovasz/datasets';
import type { GalleryItem } from '../report/report-data.js';
import { predictAll, type Predict } from './predict.js';

/** Enough to see what the network does, few enough to look at. */
const galleryLength = 6;

/**
 * Images spread evenly over a data set, with what the network sees in them.
 *
 * @param name how the report calls the network.
 */
export async function predictGallery(
  name: string,
  predict: Predict,
  dataset: SegmentationDataset,
  batchSize: number,
): Promise<GalleryItem[]> {
  const length = Math.min(galleryLength, dataset.length);
  const chosen: SegmentationDataset = {
    ...dataset,
    length,
    sample: (place) => dataset.sample(Math.floor((place * dataset.length) / length)),
  };
  const items: GalleryItem[] = [];
  for await (const { batch, predictions } of predictAll(predict, chosen, batchSize)) {
    const pixels = batch.labels.length / batch.ids.length;
    for (let place = 0; place < batch.ids.length; place++) {
      const { id, width, height, image, labels } = await chosen.sample(items.length);
      const own = Array.prototype.slice.call(predictions, place * pixels, (place + 1) * pixels) as number[];
      items.push({ id, width, height, image, labels, predictions: [{ name, labels: Uint8Array.from(own) }] });
    }
  }
  return items;
}
