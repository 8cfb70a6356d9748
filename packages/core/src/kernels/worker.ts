import { parentPort } from 'node:worker_threads';
import { type SharedJob, takeTasks } from './shared-job.js';

parentPort!.on('message', (job: SharedJob) => takeTasks(job));
