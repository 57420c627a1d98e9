import type { Failure } from '../../../model/index.js';
import { failure } from '../../../model/index.js';

/** The infrastructure layer does not say which machines there are before they are made. */
export const machinesUnknown = (): Failure =>
  failure(
    'bug',
    'OPENSHIFT-MACHINES-UNKNOWN',
    'The infrastructure provider does not publish names and roles of its machines at plan time.',
    {
      say: 'Report this to the author of the infrastructure provider.',
    },
  );

/** The machines and the definition do not make a cluster the installer takes. */
export const notACluster = (troubles: readonly string[]): Failure =>
  failure('invalid', 'OPENSHIFT-LAYOUT', `The installer would refuse this cluster: ${troubles.join('; ')}.`, {
    say: 'Correct the number of machines in the infrastructure layer, or the fields of this component.',
    command: 'strata validate',
  });

/** The pull secret is none. */
export const pullSecretUnusable = (): Failure =>
  failure('invalid', 'OPENSHIFT-PULL-SECRET', 'The pull secret is no JSON object with a member `auths`.', {
    say: 'Take it from https://console.redhat.com/openshift/install/pull-secret and add the registry of the mirrors to it.',
  });

/** In FIPS mode the machines refuse keys on Edwards curves. */
export const keyNotFips = (): Failure =>
  failure('invalid', 'OPENSHIFT-KEY-FIPS', 'The public key is an Ed25519 key, which machines in FIPS mode do not take.', {
    say: 'Use an RSA or ECDSA key.',
    command: 'ssh-keygen -t ecdsa -b 384',
  });

/** Another version of the installer than the cluster is to have. */
export const installerVersionDiffers = (has: string, wanted: string): Failure =>
  failure(
    'invalid',
    'OPENSHIFT-INSTALLER-VERSION',
    `openshift-install is ${has}; the cluster is to be ${wanted}: an installer installs its own version.`,
    {
      say: 'Put the installer of that version first on PATH, or set `version` to the one it has.',
      command: 'openshift-install version',
    },
  );

/** The installer made no medium although it ended well. */
export const noMedium = (folder: string): Failure =>
  failure('corrupt', 'OPENSHIFT-NO-MEDIUM', `The installer left no boot medium with credentials in ${folder}.`, {
    say: 'Look into .openshift_install.log there, and run again.',
    command: 'strata up',
  });

/** Fields that cannot change once the cluster is installed. */
export const fixed = (changed: readonly string[]): Failure =>
  failure('refused', 'OPENSHIFT-FIXED', `The cluster is installed; these fields are fixed since then: ${changed.join(', ')}.`, {
    say: 'Take the change back. Machines are added to a running cluster with `oc adm node-image create`; all else needs a new cluster.',
    command: 'strata plan',
  });

/** No machine has been seen to boot. */
export const notBooted = (iso: string, address: string, minutes: number): Failure =>
  failure(
    'not-ready',
    'OPENSHIFT-NOT-BOOTED',
    `No machine answers at ${address} after ${minutes} min; the boot medium is ${iso}.`,
    {
      say: 'Boot every machine from that medium, the one at this address first; then run again to wait on.',
      command: 'strata up',
    },
  );

/** A milestone the installer reported is not what the cluster says. */
export const notSeen = (what: string): Failure =>
  failure('not-ready', 'OPENSHIFT-NOT-SEEN', `The cluster does not confirm it: ${what}.`, {
    say: 'Run again: the cluster may still be coming up.',
    command: 'strata up',
  });

/** The update goes back, or over more than one minor version. */
export const releaseSkips = (from: string, to: string): Failure =>
  failure('refused', 'OPENSHIFT-UPDATE-SKIPS', `The cluster is at ${from}; an update to ${to} would skip a minor version.`, {
    say: 'Update one minor version at a time.',
    command: 'oc adm upgrade',
  });

/** From one EUS release to the next it goes over the version between them. */
export const eusBetween = (from: string, to: string, between: string): Failure =>
  failure(
    'refused',
    'OPENSHIFT-UPDATE-EUS',
    `From ${from} to ${to}, both with extended support, the control plane goes over ${between}.`,
    {
      say: 'Pause the worker pool, update to a release of the version between, then to the wanted one, then let the pool go: workers restart once.',
      command: 'oc patch mcp/worker --type merge -p {"spec":{"paused":true}}',
    },
  );

/** There is no way back to an older release. */
export const releaseBack = (from: string, to: string): Failure =>
  failure('refused', 'OPENSHIFT-UPDATE-BACK', `The cluster is at ${from}; ${to} is older, and there is no way back.`, {
    say: 'Set `version` to what the cluster has, or newer.',
    command: 'strata plan',
  });

/** The update service does not recommend the release. */
export const notRecommended = (to: string, channel: string, why: string): Failure =>
  failure('refused', 'OPENSHIFT-UPDATE-NOT-OFFERED', `${to} is not offered in channel ${channel}: ${why}.`, {
    say: 'Choose a release that is offered. Without a way to the update service, name the release image in `updateImage`.',
    command: 'oc adm upgrade',
  });

/** The cluster says it must not be updated to the next minor version now. */
export const notUpgradeable = (why: string): Failure =>
  failure('refused', 'OPENSHIFT-UPDATE-BLOCKED', `The cluster is not ready for the next minor version: ${why}`, {
    say: 'Do what the operator asks for (often an acknowledgement of removed APIs), then run again.',
    command: 'oc adm upgrade',
  });

/** The update has not arrived yet. */
export const updateGoesOn = (to: string, state: string): Failure =>
  failure('not-ready', 'OPENSHIFT-UPDATE-GOES-ON', `The update to ${to} is not complete: ${state}`, {
    say: 'It goes on by itself: look at the operators, and run again to wait on.',
    command: 'oc get clusteroperators',
  });

/** Machines still take a configuration over. */
export const machinesRoll = (pools: readonly string[], minutes: number): Failure =>
  failure(
    'not-ready',
    'OPENSHIFT-MACHINES-ROLL',
    `Machines do not have their configuration after ${minutes} min: ${pools.join(', ')}.`,
    {
      say: 'They restart one by one: look at the pools, and run again to wait on.',
      command: 'oc get machineconfigpools',
    },
  );

/** Operators or machines are not where they should be. */
export const notReady = (late: readonly string[]): Failure =>
  failure('not-ready', 'OPENSHIFT-NOT-READY', `The cluster is not ready: ${late.slice(0, 5).join('; ')}`, {
    say: 'Look at what the operators say.',
    command: 'oc get clusteroperators',
  });
