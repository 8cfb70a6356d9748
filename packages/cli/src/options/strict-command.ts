import { Command, CommanderError } from 'commander';
import { UsageError } from '@lovasz/runs';

/**
 * A command that throws where commander would end the process, and points to its help after a mistake. Subcommands
 * made with `.command(name)` inherit both.
 */
export function strictCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .showHelpAfterError('(add --help for the options and what each accepts)');
}

/** The exit code of a failed run: 0 after help or version, 2 when the command line was wrong, 1 otherwise. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return 1;
}
