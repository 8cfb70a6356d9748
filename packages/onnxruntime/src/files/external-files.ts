import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ExternalData } from '@lovasz/onnx';

/**
 * Reads data that lies beside a model, in files of its folder. Of symbolic and hard links none is followed: both could
 * lead to a file that the model's author must not see. The size of a file is checked before anything is allocated.
 *
 * @param folder that of the model.
 */
export function externalFiles(folder: string): ExternalData {
  return ({ location, offset, length }) => {
    let path = folder;
    for (const part of location.split('/')) {
      path = join(path, part);
      if (lstatSync(path).isSymbolicLink()) throw new Error(`${path} is a symbolic link`);
    }
    // A link that takes the place of the file just now is refused as well, and a pipe is not waited for.
    const descriptor = openSync(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile()) throw new Error(`${path} is no file`);
      if (status.nlink > 1) throw new Error(`${path} has several names (hard links)`);
      if (offset + length > status.size) {
        throw new Error(
          `${path} has ${status.size} bytes, but bytes ${offset} to ${offset + length} are needed`,
        );
      }
      const bytes = new Uint8Array(length);
      for (let read = 0; read < length;) {
        // One call reads at most 2 GiB.
        const count = readSync(descriptor, bytes, read, Math.min(length - read, 1 << 30), offset + read);
        if (count === 0) throw new Error(`${path} ended while it was read`);
        read += count;
      }
      return bytes;
    } finally {
      closeSync(descriptor);
    }
  };
}
