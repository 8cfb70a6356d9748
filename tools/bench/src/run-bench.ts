import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { measureCompile } from './commands/compile.js';
import { measureConvolutionGradients } from './commands/convolution-gradients.js';
import { measureEvaluation, type EvaluationSettings } from './commands/evaluation.js';
import { measureLoss } from './commands/loss.js';
import { measureMemory, type MemorySettings } from './commands/memory.js';
import { measureOperators } from './commands/operators.js';
import { measureStep } from './commands/step.js';
import { measureTfjs, type TfjsSettings } from './commands/tfjs.js';
import type { Figure } from './figures.js';
import { describeMachine } from './machine.js';
import type { LossSettings } from './loss-work.js';
import { report } from './report.js';
import type { StepSettings } from './step-settings.js';

/**
 * Runs the command line.
 *
 * @param args the arguments after the script's name.
 * @param write takes the report, line by line. What concerns the call itself goes to stderr.
 * @returns the exit code: 0, or 1 when a checked figure misses its `must`, or 2 for a wrong call.
 */
export async function runBench(args: readonly string[], write: (line: string) => void): Promise<number> {
  let exitCode = 0;
  const program = new Command('bench').description('Measures this project on this machine.').exitOverride();

  /** A bench, with the options that all have. */
  const bench = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'print {bench, machine, figures} as one line')
      .option('--check', 'exit 1 when a figure misses its must');
  const finish = (
    name: string,
    figures: readonly Figure[],
    options: { json?: boolean; check?: boolean },
  ): void => {
    const { json = false, check = false } = options;
    const measurement = { bench: name, machine: describeMachine(), figures };
    exitCode = report(measurement, { json, check }, write, (line) => console.error(`bench ${name}: ${line}`));
  };

  bench('step', 'one training step, beside the same in PyTorch when a Python is given')
    .addOption(new Option('--model <name>', 'the network').choices(['unet', 'enet']).default('enet'))
    .addOption(
      new Option('--loss <name>', 'the loss')
        .choices(['cross-entropy', 'lovasz-softmax'])
        .default('cross-entropy'),
    )
    .option('--batch <count>', 'images at a time', positiveInteger, 4)
    .option('--size <WxH>', 'width and height of an image', imageSize, { width: 240, height: 180 })
    .option('--classes <count>', 'classes to tell apart', positiveInteger, 11)
    .option('--threads <count>', 'threads of either side', positiveInteger, 2)
    .option('--repeats <count>', 'steps that are measured', positiveInteger, 11)
    .option('--python <path>', 'a Python with torch')
    .action(async ({ size, repeats, python, json, check, ...rest }: StepOptions) => {
      const figures = await measureStep({ ...rest, ...size }, { repeats, python });
      finish('step', figures, { json, check });
    });

  bench('loss', 'the kernels of the Lovász-Softmax loss, beside PyTorch when a Python is given')
    .option('--batch <count>', 'images', positiveInteger, 10)
    .option('--classes <count>', 'classes, at least 2', positiveInteger, 21)
    .option('--size <pixels>', 'width and height of an image', positiveInteger, 321)
    .option('--many-pixels <count>', 'pixels whose time is compared with a million', positiveInteger, 1e8)
    .option('--repeats <count>', 'calls that are measured', positiveInteger, 7)
    .option('--python <path>', 'a Python with torch')
    .action(async ({ repeats, manyPixels, python, json, check, ...settings }: LossOptions) => {
      if (settings.classes < 2) throw new InvalidArgumentError('--classes 1; expected at least 2');
      finish('loss', await measureLoss(settings, { repeats, manyPixels, python }), { json, check });
    });

  bench(
    'evaluation',
    'counts and metrics of a frame, a decision and a sampler, beside other libraries when a Python is given',
  )
    .option('--size <WxH>', 'width and height of a frame', imageSize, { width: 2048, height: 1024 })
    .option('--pixels <count>', 'pixels that are decided by expected IoU', positiveInteger, 1e6)
    .option('--images <count>', 'images of the index that is drawn from', positiveInteger, 1e5)
    .option('--repeats <count>', 'turns that are measured', positiveInteger, 11)
    .option('--python <path>', 'a Python with torchmetrics, opencv-python-headless and cityscapesScripts')
    .action(async ({ size, repeats, python, json, check, ...rest }: EvaluationOptions) => {
      const figures = await measureEvaluation({ ...rest, ...size }, { repeats, python });
      finish('evaluation', figures, { json, check });
    });

  bench('operators', 'single operators on ONNX Runtime, between which gradient rules choose')
    .option('--threads <count>', 'threads within an operator', positiveInteger, 2)
    .option('--repeats <count>', 'calls that are measured', positiveInteger, 15)
    .action(async ({ repeats, threads, json, check }: OperatorOptions) => {
      finish('operators', await measureOperators({ repeats, threads }), { json, check });
    });

  bench(
    'convolution-gradients',
    'forms of the gradients of convolutions, between which the gradient rule chooses',
  )
    .option('--threads <count>', 'threads within an operator', positiveInteger, 2)
    .option('--repeats <count>', 'calls that are measured', positiveInteger, 15)
    .option('--only <text>', 'those convolutions whose description contains this')
    .action(async ({ json, check, ...options }: ConvolutionOptions) => {
      finish('convolution-gradients', await measureConvolutionGradients(options), { json, check });
    });

  bench(
    'compile',
    'the compiler: a long chain, and with a Python an fcn_resnet50 that is exported on the spot',
  )
    .option('--repeats <count>', 'processes of each kind', positiveInteger, 5)
    .option('--python <path>', 'a Python with torch, torchvision and onnx')
    .action(async ({ repeats, python, json, check }: CompileOptions) => {
      finish('compile', await measureCompile({ repeats, python }), { json, check });
    });

  bench('memory', 'the memory of training steps, planned and measured, activations kept and computed again')
    .option('--batch <count>', 'images at a time', positiveInteger, 4)
    .option('--size <WxH>', 'width and height of an image', imageSize, { width: 240, height: 180 })
    .option('--repeats <count>', 'runs that are measured', positiveInteger, 5)
    .option(
      '--models <folder>',
      'a folder of exported networks, three of which are measured too',
      '../shared/golden/onnx/models',
    )
    .action(async ({ size, json, check, ...rest }: MemoryOptions) => {
      const complain = (line: string) => console.error(`bench memory: ${line}`);
      finish('memory', await measureMemory({ ...rest, ...size }, complain), { json, check });
    });

  bench('tfjs', 'the Lovász-Softmax loss on TensorFlow.js in Chromium, beside its cross-entropy')
    .option('--size <pixels>', 'width and height of the image', positiveInteger, 512)
    .option('--classes <count>', 'classes', positiveInteger, 21)
    .addOption(
      new Option('--backends <names...>', 'of TensorFlow.js')
        .choices(['cpu', 'wasm', 'webgl', 'webgpu'])
        .default(['wasm', 'webgl', 'webgpu']),
    )
    .option('--repeats <count>', 'calls that are measured', positiveInteger, 3)
    .option('--sorting', 'also, once, the loss that is built from topk, gather and cumsum', false)
    .action(async ({ json, check, ...settings }: TfjsOptions) => {
      if (settings.classes < 2) throw new InvalidArgumentError('--classes 1; expected at least 2');
      finish('tfjs', await measureTfjs(settings), { json, check });
    });

  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed what it found itself, and the help that was asked for.
    if (error instanceof InvalidArgumentError) console.error(`bench: ${error.message}`);
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

type StepOptions = Omit<StepSettings, 'width' | 'height'> & {
  size: { width: number; height: number };
  repeats: number;
  python?: string;
  json: boolean;
  check: boolean;
};

type EvaluationOptions = Omit<EvaluationSettings, 'width' | 'height'> & {
  size: { width: number; height: number };
  repeats: number;
  python?: string;
  json: boolean;
  check: boolean;
};

type MemoryOptions = Omit<MemorySettings, 'width' | 'height'> & {
  size: { width: number; height: number };
  json: boolean;
  check: boolean;
};

interface CompileOptions {
  repeats: number;
  python?: string;
  json: boolean;
  check: boolean;
}

interface ConvolutionOptions {
  repeats: number;
  only?: string;
  json: boolean;
  check: boolean;
}

interface OperatorOptions {
  repeats: number;
  threads: number;
  json: boolean;
  check: boolean;
}

type TfjsOptions = TfjsSettings & { json: boolean; check: boolean };

type LossOptions = LossSettings & {
  repeats: number;
  manyPixels: number;
  python?: string;
  json: boolean;
  check: boolean;
};

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a positive integer.');
  return Number(text);
}

function imageSize(text: string): { width: number; height: number } {
  const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new InvalidArgumentError('Expected WxH, for example 240x180.');
  }
  return { width: Number(width), height: Number(height) };
}
