import type * as Datasets from '@lovasz/datasets';

/** The first batch of an epoch of generated, shuffled and cropped shapes: all that is drawn. */
export async function drawnBatch({
  createLoader,
  randomCrop,
  shapes,
}: typeof Datasets): Promise<{ ids: readonly string[]; images: number[]; labels: number[] }> {
  const dataset = shapes({ length: 20, width: 24, height: 24, seed: 5 });
  const { ignoreIndex } = dataset;
  const loader = createLoader(dataset, {
    batchSize: 3,
    seed: 7,
    shuffle: true,
    transform: (sample, random) => randomCrop(sample, { width: 16, height: 16, ignoreIndex }, random),
  });
  for await (const { ids, images, labels } of loader.epoch(2)) {
    return { ids, images: [...images], labels: [...labels] };
  }
  throw new Error('the epoch has no batch');
}
