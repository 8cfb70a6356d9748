import { cacheSamples } from '../cache.js';
import { checkInteger } from '../check-integer.js';
import type { SegmentationDataset } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { checkLabels } from './check-labels.js';
import { decodeImage, decodeLabels } from './decode.js';
import { pairFiles } from './pair-files.js';
import { resize } from './resize.js';

/** Options of every data set that is read from files. */
export interface FileOptions {
  /** Width that samples are resized to; goes with `height`. By default they keep their size. */
  readonly width?: number;
  /** Height that samples are resized to; goes with `width`. */
  readonly height?: number;
  /** Limit on the bytes of decoded, resized samples kept in memory for later epochs. Default 1 GiB; 0 keeps none. */
  readonly cacheBytes?: number;
}

/** What the files do not say. */
export type DatasetFacts = Pick<SegmentationDataset, 'name' | 'classes' | 'colors' | 'ignoreIndex'>;

/**
 * A data set of images in one folder and labels under the same names in another. Files are paired here; each is decoded
 * and checked when its sample is first asked for.
 *
 * @throws DatasetError when a folder is missing or empty or a file has no partner; from `sample`, when a file cannot be
 *   decoded, sizes differ or a label is outside the classes.
 * @throws RangeError when a size is no positive integer or lacks the other.
 */
export async function openPairs(
  imageFolder: string,
  labelFolder: string,
  facts: DatasetFacts,
  { width, height, cacheBytes = 2 ** 30 }: FileOptions,
): Promise<SegmentationDataset> {
  if ((width === undefined) !== (height === undefined)) {
    throw new RangeError(`width is ${width} and height is ${height}; expected both or none`);
  }
  const size = width === undefined || height === undefined ? undefined : { width, height };
  if (size !== undefined) {
    checkInteger('width', size.width, 1);
    checkInteger('height', size.height, 1);
  }
  const files = await pairFiles(imageFolder, labelFolder);
  const { classes, ignoreIndex } = facts;
  const dataset: SegmentationDataset = {
    ...facts,
    length: files.length,
    async sample(index) {
      checkInteger('index', index, 0, files.length - 1);
      const file = files[index]!;
      const [image, labels] = await Promise.all([decodeImage(file.image), decodeLabels(file.labels)]);
      if (image.width !== labels.width || image.height !== labels.height) {
        throw new DatasetError(
          `${file.image} is ${image.width} × ${image.height}, but its labels ${file.labels} are ` +
            `${labels.width} × ${labels.height}`,
        );
      }
      checkLabels(file.labels, labels.data, { classCount: classes.length, ignoreIndex });
      const sample = {
        id: file.id,
        width: image.width,
        height: image.height,
        image: image.data,
        labels: labels.data,
      };
      return size === undefined ? sample : resize(sample, size);
    },
  };
  return cacheSamples(dataset, cacheBytes);
}
