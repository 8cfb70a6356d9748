/**
 * One pass over data, in tasks that do not depend on each other. A task's number is the same whichever thread runs it, so
 * that any number of threads gives the same bits.
 */
export interface Pass<Data> {
  /** The number of tasks. */
  count(data: Data): number;
  /** Runs one task. Returns its share of the loss, or what else the caller adds up or compares. */
  run(data: Data, task: number): number;
}
