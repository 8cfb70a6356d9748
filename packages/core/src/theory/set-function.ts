/**
 * A function of sets of pixels, given as indicator vectors in {0, 1}ᵖ: pixel i is in the set where entry i is not 0.
 */
export type SetFunction = (members: ArrayLike<number>) => number;
