import type { Rewriting } from '../profile.js';

/** Sign: 1 above 0, −1 below, else x itself, which is 0 or NaN. */
export const signsByComparing: Rewriting = {
  operator: 'Sign',
  reason: 'no kernel',
  rewrite: ({ graph, inputs: [x] }) => [
    graph.where(graph.greater(x!, 0), 1, graph.where(graph.less(x!, 0), -1, x!)),
  ],
};
