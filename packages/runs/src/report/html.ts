/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Content = Html | string | number | readonly Content[];

/** A template whose values are escaped, unless they are {@link Html} themselves; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { html: parts.reduce((before, part, index) => before + toHtml(values[index - 1]!) + part) };
}

/** Text to be taken as it is: a style sheet, a script, JSON from {@link scriptJson}. */
export function raw(text: string): Html {
  return { html: text };
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): Html {
  return raw(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function toHtml(content: Content): string {
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  if ('html' in content) return content.html;
  return content.map(toHtml).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
