import { describe, expect, test } from '@jest/globals';
import { UsageError } from '@lovasz/runs';
import { exitCodeOf, strictCommand } from './strict-command.js';

/** The exit code of a command line of a program with a subcommand, and what it printed. */
function run(...words: string[]): { code: number; printed: string } {
  let printed = '';
  const write = (text: string) => void (printed += text);
  const program = strictCommand('lovasz').configureOutput({ writeOut: write, writeErr: write });
  program
    .command('train')
    .option('--epochs <count>')
    .action(() => undefined);
  try {
    program.parse(words, { from: 'user' });
    return { code: 0, printed };
  } catch (error) {
    return { code: exitCodeOf(error), printed };
  }
}

describe('strictCommand', () => {
  test('a mistake ends with 2, a suggestion and the way to the help', () => {
    const { code, printed } = run('train', '--epoch', '3');
    expect(code).toBe(2);
    expect(printed).toContain("unknown option '--epoch'");
    expect(printed).toContain('Did you mean --epochs?');
    expect(printed).toContain('--help');
  });

  test('an unknown command ends with 2 and a suggestion', () => {
    const { code, printed } = run('trian');
    expect(code).toBe(2);
    expect(printed).toContain('Did you mean train?');
  });

  test('help ends with 0 and lists the options', () => {
    const { code, printed } = run('train', '--help');
    expect(code).toBe(0);
    expect(printed).toContain('--epochs <count>');
  });
});

describe('exitCodeOf', () => {
  test('a wrong command line is 2, any other failure 1', () => {
    expect(exitCodeOf(new UsageError('no'))).toBe(2);
    expect(exitCodeOf(new Error('no'))).toBe(1);
    expect(exitCodeOf('no')).toBe(1);
  });
});
