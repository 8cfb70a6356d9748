import { fileURLToPath } from 'node:url';
import preset from './preset.js';

/** For packages whose tests start threads or processes, which run the built files. */
export default {
  ...preset,
  globalSetup: fileURLToPath(new URL('require-fresh-build.js', import.meta.url)),
};
