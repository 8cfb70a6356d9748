import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { html, raw, scriptJson } from './html.js';

describe('html', () => {
  test('escapes text in elements and attributes', () => {
    expect(html`<p title="${'"><script>'}">${"a & b <i> 'c'"}</p>`.html).toBe(
      '<p title="&quot;&gt;&lt;script&gt;">a &amp; b &lt;i&gt; &#39;c&#39;</p>',
    );
  });

  test('takes templates, numbers and lists as they are', () => {
    expect(html`${[html`<b>${1}</b>`, '<', raw('<hr>')]}`.html).toBe('<b>1</b>&lt;<hr>');
  });
});

describe('scriptJson', () => {
  test('holds any value and never a tag', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.constant('</script><!--<script>')), (value) => {
        const text = scriptJson(value).html;
        expect(text).not.toContain('<');
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
