import type { GalleryItem } from '@lovasz/runs';

/** The same images as several networks see them, as one gallery with the predictions side by side. */
export function mergeGalleries(galleries: readonly (readonly GalleryItem[])[]): GalleryItem[] {
  const [first = [], ...others] = galleries;
  return first.map((item, place) => {
    const predictions = others.flatMap((gallery) => {
      const other = gallery[place];
      if (other?.id !== item.id) {
        throw new RangeError(`galleries differ at ${place}: ${item.id} and ${other?.id ?? 'nothing'}`);
      }
      return other.predictions;
    });
    return { ...item, predictions: [...item.predictions, ...predictions] };
  });
}
