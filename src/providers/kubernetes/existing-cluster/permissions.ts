import type { AccessReview } from '../../../tools/kubectl/index.js';

/** What later layers do in a cluster, and what they cannot do without it. */
export interface Permission extends AccessReview {
  readonly why: string;
}

/** Asked for in all namespaces. What somebody grants must be held, or `escalate` and `bind` with it. */
export const permissions: readonly Permission[] = [
  { verb: 'list', group: '', resource: 'nodes', why: 'seeing whether machines are Ready' },
  { verb: 'create', group: '', resource: 'namespaces', why: 'a namespace for every package' },
  { verb: 'create', group: '', resource: 'secrets', why: 'credentials of packages' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'exec', why: 'proofs that are made inside a pod' },
  { verb: 'patch', group: 'apps', resource: 'deployments', why: 'workloads' },
  { verb: 'create', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', why: 'kinds that packages bring' },
  { verb: 'create', group: 'apiregistration.k8s.io', resource: 'apiservices', why: 'APIs that packages serve' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', why: 'rights of packages' },
  { verb: 'escalate', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', why: 'rights of packages' },
  { verb: 'bind', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', why: 'rights of packages' },
  {
    verb: 'create',
    group: 'admissionregistration.k8s.io',
    resource: 'validatingwebhookconfigurations',
    why: 'policies',
  },
  { verb: 'delete', group: '', resource: 'namespaces', why: 'taking packages away again' },
];

/** As a person says it: `create pods/exec`, `patch deployments.apps`. */
export const spoken = ({ verb, group, resource, subresource }: AccessReview): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
