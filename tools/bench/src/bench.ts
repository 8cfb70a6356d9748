import { runBench } from './run-bench.js';

process.exitCode = await runBench(process.argv.slice(2), (line) => console.log(line));
