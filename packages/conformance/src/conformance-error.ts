/** What a test of the suite throws when the adapter is not as it should be. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}
