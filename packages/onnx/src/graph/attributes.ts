import type { Tensor } from './tensor.js';

export type AttributeValue = number | string | Tensor | readonly number[] | readonly string[];

export type Attributes = Readonly<Record<string, AttributeValue>>;

export type AttributeKind = 'int' | 'float' | 'string' | 'tensor' | 'ints' | 'floats' | 'strings';

/** What the specification says of one attribute: its kind, and the default where it has one. */
export type AttributeSchema = readonly [kind: AttributeKind, defaultValue?: AttributeValue];
