/** Numbers in 0…1, the same for the same seed: a multiplicative congruential generator modulo 2³¹ − 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
