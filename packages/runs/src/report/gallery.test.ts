import { describe, expect, test } from '@jest/globals';
import { errorPicture } from './error-picture.js';
import { gallery } from './gallery.js';
import { labelPicture } from './label-picture.js';
import { pngDataUri } from './png-data-uri.js';
import type { Color, GalleryItem, ReportData } from './report-data.js';

const colors: Color[] = [
  [1, 2, 3],
  [200, 100, 50],
];
const item: GalleryItem = {
  id: 'street <1>',
  width: 2,
  height: 1,
  image: Uint8Array.of(10, 20, 30, 40, 50, 60),
  labels: Uint8Array.of(0, 1),
  predictions: [
    { name: 'first', labels: Uint8Array.of(0, 1) },
    { name: 'second', labels: Uint8Array.of(1, 1) },
  ],
};

function data(items: readonly GalleryItem[]): ReportData {
  return { title: '', runs: [], classes: ['background', 'disc'], colors, gallery: items, ignoreIndex: 255 };
}

/** The pictures of a page by their alternative texts. */
function pictures(html: string): Record<string, string> {
  return Object.fromEntries(
    [...html.matchAll(/<img\s+src="(.*?)".*?alt="(.*?)"/gs)].map(([, source, alternative]) => [
      alternative!,
      source!,
    ]),
  );
}

describe('gallery', () => {
  test('shows picture, label, and prediction and errors of each run, each with its alternative text', async () => {
    const html = (await gallery(data([item]))).html;
    const second = item.predictions[1]!.labels;
    expect(pictures(html)).toEqual({
      'street &lt;1&gt;, the picture': await pngDataUri(item.image, 2, 1),
      'street &lt;1&gt;, the true classes': await pngDataUri(labelPicture(item.labels, 2, colors, 255), 2, 1),
      'street &lt;1&gt;, the classes predicted by first': expect.any(String),
      'street &lt;1&gt;, the errors of first: 0.0 % of the pixels': expect.any(String),
      'street &lt;1&gt;, the classes predicted by second': await pngDataUri(
        labelPicture(second, 2, colors, 255),
        2,
        1,
      ),
      'street &lt;1&gt;, the errors of second: 50.0 % of the pixels': await pngDataUri(
        errorPicture(item.image, item.labels, second, 2, 255).picture,
        2,
        1,
      ),
    });
    expect(html).toContain('50.0 % wrong');
  });

  test('the key names every class', async () => {
    const html = (await gallery(data([]))).html;
    expect(html).toContain('background: rgb(200 100 50)"></i> disc');
    expect(html).toContain('ignored');
  });

  test('an image that is ignored as a whole has no share of errors', async () => {
    const ignored = { ...item, labels: Uint8Array.of(255, 255) };
    expect((await gallery(data([ignored]))).html).toContain('– wrong');
  });
});
