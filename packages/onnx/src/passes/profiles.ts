import { cudaProfile } from './cuda-profile.js';
import { genericProfile } from './generic-profile.js';
import type { Profile } from './profile.js';
import { webgpuProfile } from './webgpu-profile.js';

/** Which nodes are replaced for a target, by the name of the target. */
export const profiles = {
  generic: genericProfile,
  cuda: cudaProfile,
  webgpu: webgpuProfile,
} as const satisfies Readonly<Record<string, Profile>>;

/** The targets that graphs can be written for. */
export type ProfileName = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as readonly ProfileName[];
