import type { Action } from '../../../model/index.js';
import { err } from '../../../model/index.js';
import { type BesideGot, type BesideWant, besideFiles } from '../../../terraform/index.js';
import { authorityMissing } from './errors.js';

/** The authority's certificate beside the working folder. */
export interface TrustWant extends BesideWant {
  /** Where the user has it. */
  readonly from: string;
}

/** Terraform would say of a file without a certificate that the vCenter's is unknown: told here as what it is. */
export const trust: Action<TrustWant, BesideGot> = {
  ...besideFiles,
  apply: async (want, got, w) =>
    Object.values(want.files).every((text) => text.includes('-----BEGIN CERTIFICATE-----'))
      ? besideFiles.apply(want, got, w)
      : err(authorityMissing(want.from)),
};
