import type { ReadWorld } from '../../../model/index.js';
import { secretRef } from '../../../model/index.js';

/** Where the installer works; only we may look into it, because its state holds the pull secret. */
export const assetsOf = (w: ReadWorld): string => `${w.paths.state}/openshift/assets`;
/** The two files as they went into the medium, without secrets. */
export const renderedOf = (w: ReadWorld): string => `${w.paths.state}/openshift/rendered.yaml`;
/** Written once the cluster itself said that it is installed: from then on no medium is made. */
export const installedOf = (w: ReadWorld): string => `${w.paths.state}/openshift/installed`;

/** The administrator's kubeconfig. */
export const kubeconfig = secretRef('kubeconfig');
/** Password of the first user. */
export const adminPassword = secretRef('openshift-kubeadmin-password');
