import { runFuzz } from './run-fuzz.js';

process.exitCode = await runFuzz(process.argv.slice(2), (line) => console.log(line));
