import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The disk file of the image layer is gone. */
export const diskMissing = (path: string): Failure =>
  failure('invalid', 'LIBVIRT-DISK-MISSING', `The machine image ${path} is not in the cache.`, {
    say: 'Build the image again.',
    command: 'strata up --from image',
  });

/** The link to the disk could not be made. */
export const linkFailed = (said: string): Failure =>
  failure('tool-failed', 'LIBVIRT-DISK-LINK', `The machine image could not be put beside the module: ${said}`, {
    say: 'Check that the state folder can be written.',
    command: 'strata doctor',
  });
