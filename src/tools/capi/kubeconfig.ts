import { Buffer } from 'node:buffer';

/** Name of the Secret in which Cluster API keeps the kubeconfig of a cluster. https://cluster-api.sigs.k8s.io/developer/core/certificate-management */
export const kubeconfigSecret = (cluster: string): string => `${cluster}-kubeconfig`;

/** The kubeconfig in such a Secret; `undefined` where it holds none. */
export function kubeconfigIn(secret: unknown): string | undefined {
  const data = memberOf(secret, 'data');
  const value = memberOf(data, 'value');
  const text = typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  return /^kind: Config$/m.test(text) || text.includes('"kind":"Config"') ? text : undefined;
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
