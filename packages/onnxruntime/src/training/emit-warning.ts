/** Prints a warning as Node does: on standard error, unless whoever runs the program has asked not to see it. */
export function emitWarning(message: string): void {
  process.emitWarning(message, 'LovaszWarning');
}
