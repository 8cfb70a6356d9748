import { interruptedExitCode } from './commands/surroundings.js';
import { runProgram } from './program.js';

const { stdout, stderr } = process;
const interruption = new AbortController();

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interruption.signal.aborted) process.exit(interruptedExitCode);
    interruption.abort();
  });
}
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Nobody reads on, as behind `| head`: no failure, but no reason to go on either.
    if (error.code !== 'EPIPE') throw error;
    interruption.abort();
  });
}

process.exitCode = await runProgram(process.argv.slice(2), { stdout, stderr, signal: interruption.signal });
