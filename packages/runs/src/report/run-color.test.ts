import { expect, test } from '@jest/globals';
import { readPageAssets } from './page-assets.js';
import { runColor } from './run-color.js';

test('every run has a colour in the style sheet, in light and in dark, and neighbours differ', async () => {
  const { styles } = await readPageAssets();
  for (let run = 0; run < 10; run++) {
    expect(styles.split(`${runColor(run)}:`)).toHaveLength(3);
    expect(runColor(run)).not.toBe(runColor(run + 1));
  }
});
