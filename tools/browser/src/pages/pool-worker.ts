import { type ModuleUrls, poolResults } from './pool-results.js';

onmessage = ({ data }: MessageEvent<ModuleUrls>) => {
  void poolResults(data).then((results) => postMessage(results));
};

// A promise that is rejected is no error of the worker by itself.
addEventListener('unhandledrejection', ({ reason }: PromiseRejectionEvent) => {
  reportError(reason);
});
