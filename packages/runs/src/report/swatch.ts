import { html, type Html } from './html.js';
import type { Color } from './report-data.js';

/** A small square in the colour of a class, beside the class's name. */
export function swatch(color: Color): Html {
  return html`<i class="swatch" style="background: rgb(${color.join(' ')})"></i>`;
}
