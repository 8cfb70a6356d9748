/**
 * How the Lovász weights are found.
 *
 * - `exact`: from the order of the pixels by their error.
 * - `histogram`: by counting pixels in bins, in time linear in the pixels; those of one bin are a tie.
 * - `auto`: whichever is faster for the number of pixels.
 */
export type JaccardMethod = 'auto' | 'exact' | 'histogram';
