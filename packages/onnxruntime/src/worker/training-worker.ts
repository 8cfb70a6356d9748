import { parentPort } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';
import { portableError } from './portable-error.js';
import { TrainingSession } from './training-session.js';

/** The thread in which ONNX Runtime computes: its `run` is synchronous and would block the event loop. */
const port = parentPort!;
let session: TrainingSession | undefined;
let pending = Promise.resolve();

port.on('message', (request: Request) => {
  pending = pending.then(async () => {
    try {
      port.postMessage(await answer(request));
    } catch (error) {
      port.postMessage({ kind: 'error', error: portableError(error) } satisfies Reply);
    }
  });
});

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'open') {
    session = await TrainingSession.open(request);
    return { kind: 'done' };
  }
  if (session === undefined) throw new Error('the session is not open');
  switch (request.kind) {
    case 'step':
      return { kind: 'loss', loss: await session.step(request.feeds, request.scalars, request.step) };
    case 'predict':
      return { kind: 'predictions', predictions: await session.predict(request.feeds) };
    case 'read':
      return { kind: 'vectors', vectors: session.read() };
    case 'write':
      session.write(request.vectors);
      return { kind: 'done' };
    case 'close':
      await session.close();
      session = undefined;
      port.close();
      return { kind: 'done' };
  }
}
