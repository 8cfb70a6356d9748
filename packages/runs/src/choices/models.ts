import { resolve } from 'node:path';
import { enet, unet } from '@lovasz/models';
import type { ModelProto } from '@lovasz/onnx';
import { namesOf } from '../settings/choice.js';
import type { Setting } from '../settings/setting.js';
import type { Size } from '../settings/size.js';
import { refuse } from '../settings/usage-error.js';
import { readModelFile } from '../network/read-model-file.js';

/** What a network built in is written for. */
export interface NetworkRequest {
  readonly classCount: number;
  readonly size: Size;
  readonly seed: number;
}

/** The networks built in, by name, in the order of help. */
const builtIn: Readonly<Record<string, (request: NetworkRequest) => ModelProto>> = {
  unet: ({ size, ...rest }) => unet({ ...rest, ...size }),
  enet: ({ size, ...rest }) => enet({ ...rest, ...size }),
};

/** Whether the name is that of a network built in, not of a file. */
export const isBuiltIn = (model: string): boolean => Object.hasOwn(builtIn, model);

/** How the network is said: the name of one built in, or an ONNX file. Whether that exists is found out when it is read. */
export const modelSetting: Setting<string, object> = {
  flag: '--model',
  placeholder: 'model',
  help: `network to train: ${namesOf(builtIn).join(', ')}, or an ONNX file (FILE.onnx)`,
  initial: () => 'unet',
  parse(text) {
    if (isBuiltIn(text) || /[^/\\]\.onnx$/i.test(text)) return text;
    return refuse('--model', text, `${namesOf(builtIn).join(', ')}, or a file whose name ends in .onnx`);
  },
  anchor: (model) => (isBuiltIn(model) ? model : resolve(model)),
};

/** The name of a network without folders and extension. */
export function modelTitle(model: string): string {
  return model.replace(/^.*[/\\]|\.onnx$/gi, '');
}

/**
 * The network that a name stands for: read from its file as it is, or built in and drawn by the seed.
 *
 * @throws UsageError when there is no such file; OnnxError that names the file when it holds no ONNX model.
 */
export async function openModel(model: string, request: NetworkRequest): Promise<ModelProto> {
  const build = isBuiltIn(model) ? builtIn[model] : undefined;
  return build === undefined ? readModelFile(model) : build(request);
}
