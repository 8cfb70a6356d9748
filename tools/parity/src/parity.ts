import { runParity } from './run-parity.js';

process.exitCode = await runParity(process.argv.slice(2), (line) => console.log(line));
