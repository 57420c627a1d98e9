import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The file that should say whom the vCenter is trusted by does not. */
export const authorityMissing = (file: string): Failure =>
  failure('invalid', 'VSPHERE-AUTHORITY', `${file} holds no certificate in PEM form.`, {
    say: 'Download the vCenter’s root certificates from its start page and put the PEM file beside `platform.yaml`; leave `vcenter.authority` out where the system trusts it already.',
    command: 'strata validate',
  });
