import { parentPort, workerData } from 'node:worker_threads';
import { type SharedJob, takeTasks } from './shared-job.js';
import { startWorker, type WorkerStart } from './worker-start.js';

startWorker(workerData as WorkerStart);
parentPort!.on('message', (job: SharedJob) => takeTasks(job));
parentPort!.postMessage('ready');
