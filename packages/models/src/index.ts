export { enet } from './enet.js';
export type { NetworkOptions } from './network-options.js';
export { unet, type UnetOptions } from './unet.js';
