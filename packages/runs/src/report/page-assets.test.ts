import { expect, test } from '@jest/globals';
import { readPageAssets } from './page-assets.js';

test('the assets are whole, carry the licence of the chart library, and cannot end their element early', async () => {
  const { styles, scripts } = await readPageAssets();
  expect(styles).toContain('.uplot');
  expect(styles).toContain('prefers-color-scheme: dark');
  expect(scripts[0]).toContain('The MIT License');
  expect(scripts[0]).toContain('var uPlot=');
  expect(scripts[1]).toContain('new uPlot');
  expect(styles).not.toContain('</style');
  for (const script of scripts) {
    expect(script).not.toContain('</script');
    // Throws where the text is no script.
    new Function(script);
  }
});
