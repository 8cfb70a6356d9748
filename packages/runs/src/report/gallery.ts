import { formatPercent } from '../text/format-percent.js';
import { errorColor, errorPicture } from './error-picture.js';
import { html, type Html } from './html.js';
import { labelPicture } from './label-picture.js';
import { pngDataUri } from './png-data-uri.js';
import type { GalleryItem, ReportData } from './report-data.js';
import { swatch } from './swatch.js';

/** Below this width in pixels two images stand side by side. */
const wideFrom = 160;

/** The key to the colours, and each image with its label and, for each run, prediction and errors. */
export async function gallery(data: ReportData): Promise<Html> {
  const { classes, colors } = data;
  const items = await Promise.all(data.gallery.map((item) => galleryItem(item, data)));
  return html`<ul class="key">
      ${classes.map((name, index) => html`<li>${swatch(colors[index]!)} ${name}</li>`)}
      <li>${swatch(errorColor)} wrong class</li>
      <li><i class="swatch hatch"></i> ignored</li>
    </ul>
    <div class="gallery">${items}</div>`;
}

async function galleryItem(item: GalleryItem, { colors, ignoreIndex }: ReportData): Promise<Html> {
  const { id, width, height, image, labels, predictions } = item;
  const figure = async (pixels: Uint8Array, alternative: string, caption: string) =>
    html`<figure>
      <img
        src="${await pngDataUri(pixels, width, height)}"
        width="${width}"
        height="${height}"
        alt="${alternative}"
      />
      <figcaption>${caption}</figcaption>
    </figure>`;
  const picture = (classes: Uint8Array) => labelPicture(classes, width, colors, ignoreIndex);
  const columns = [
    html`<div>
      ${await figure(image, `${id}, the picture`, 'picture')}
      ${await figure(picture(labels), `${id}, the true classes`, 'label')}
    </div>`,
  ];
  for (const prediction of predictions) {
    const errors = errorPicture(image, labels, prediction.labels, width, ignoreIndex);
    const share = formatPercent(errors.judged === 0 ? null : errors.wrong / errors.judged);
    columns.push(
      html`<div>
        ${await figure(
          picture(prediction.labels),
          `${id}, the classes predicted by ${prediction.name}`,
          prediction.name,
        )}
        ${await figure(
          errors.picture,
          `${id}, the errors of ${prediction.name}: ${share} of the pixels`,
          `${share} wrong`,
        )}
      </div>`,
    );
  }
  const layout = `${width < wideFrom ? 'narrow' : 'wide'} ${predictions.length === 1 ? 'row' : 'stacks'}`;
  return html`<article class="${layout}">
    <h3>${id}</h3>
    <div class="pictures">${columns}</div>
  </article>`;
}
