import { type SharedJob, takeTasks } from './shared-job.js';
import { startWorker, type WorkerStart } from './worker-start.js';

declare const self: {
  onmessage: (event: { readonly data: unknown }) => void;
  postMessage(message: 'ready'): void;
};

self.onmessage = ({ data: start }) => {
  startWorker(start as WorkerStart);
  self.onmessage = ({ data: job }) => takeTasks(job as SharedJob);
  self.postMessage('ready');
};
