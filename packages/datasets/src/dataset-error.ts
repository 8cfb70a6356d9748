/**
 * Files of a data set that cannot be used: missing, unpaired, of the wrong size or format, with labels outside the classes.
 * The message names the file, what it holds and what was expected; the remedy lies in the data, not in the program.
 */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}
