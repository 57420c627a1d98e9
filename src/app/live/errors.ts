import { failure, type Failure } from '../../model/index.js';

/** Nothing stands that could be looked at, and no other cluster was named. */
export const noCluster = (environment: string): Failure =>
  failure(
    'not-ready',
    'LIVE-NO-CLUSTER',
    `Environment '${environment}' has no cluster yet: the journal knows of no kubeconfig.`,
    { say: 'Build it.', command: 'strata up' },
    { say: 'Or name the kubeconfig of another cluster.', command: 'strata diff --kubeconfig FILE' },
  );

/** The kubeconfig that was named is not there. */
export const kubeconfigMissing = (file: string): Failure =>
  failure('invalid', 'LIVE-KUBECONFIG-MISSING', `There is no file ${file}.`, { say: 'Name a kubeconfig that is there.' });

/** Drift is measured against what was applied. */
export const nothingApplied = (environment: string): Failure =>
  failure(
    'not-ready',
    'LIVE-NOTHING-APPLIED',
    `Nothing was applied to environment '${environment}' from here, so there is nothing it could have drifted from.`,
    { say: 'Compare the cluster with the definition instead.', command: 'strata diff' },
  );
