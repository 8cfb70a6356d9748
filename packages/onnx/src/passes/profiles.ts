import { genericProfile } from './generic-profile.js';
import type { Rewriting } from './rewrite-graph.js';

/** What is written otherwise for a target, by the name of the target. */
export const profiles = {
  /** ONNX Runtime's CPU, WebAssembly and CUDA providers. */
  generic: genericProfile,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Rewriting>>>>;

/** The targets that graphs can be written for. */
export type ProfileName = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as readonly ProfileName[];
