import { list, member, ownerOf, text } from '../../../tools/argocd/index.js';
import type { KubeObject } from '../../../tools/kubectl/index.js';

/** On a Service: the path that answers when the application is well. */
export const checkAnnotation = 'strata.dev/http-check';

/** One address that has to answer. */
export interface HttpCheck {
  readonly application: string;
  /** `outside`: through a worker's port, from Strata's machine · `inside`: by the Service's name, from a pod. */
  readonly from: 'outside' | 'inside';
  readonly url: string;
}

/** An address's answer. */
export interface HttpAnswer extends HttpCheck {
  /** HTTP status; 0 where nothing answered. */
  readonly status: number;
  /** Size of the body in bytes, and its digest; empty where nothing answered. */
  readonly bytes: number;
  readonly digest: string;
  /** Why there is no answer. */
  readonly error: string;
}

/** Whether an answer is a good one. */
export const isAnswered = (answer: HttpAnswer): boolean => answer.status >= 200 && answer.status < 400;

/** One line: address, status, size, digest. */
export function describeAnswer(answer: HttpAnswer): string {
  const how = answer.from === 'inside' ? 'asked from a pod' : 'asked from outside';
  if (answer.status === 0) return `${answer.application}: ${answer.url}, ${how}, did not answer: ${answer.error}`;
  return `${answer.application}: ${answer.url}, ${how}, answered ${answer.status}, ${answer.bytes} bytes, ${answer.digest}`;
}

/** Addresses of the wanted applications' annotated Services: on one machine's port, and by name. */
export function planChecks(
  applications: readonly string[],
  services: readonly KubeObject[],
  machine: string | undefined,
): readonly HttpCheck[] {
  return services.flatMap((service) => {
    const application = ownerOf(service);
    const path = service.metadata.annotations?.[checkAnnotation];
    if (path === undefined || application === undefined || !applications.includes(application)) return [];
    return checksOf(application, service, { path, machine });
  });
}

function checksOf(
  application: string,
  service: KubeObject,
  how: { readonly path: string; readonly machine: string | undefined },
): readonly HttpCheck[] {
  const port = list(service, 'spec', 'ports')[0];
  const path = how.path.startsWith('/') ? how.path : `/${how.path}`;
  const host = `${service.metadata.name}.${service.metadata.namespace ?? ''}.svc`;
  const inside: HttpCheck = { application, from: 'inside', url: `http://${host}:${numberOf(port, 'port')}${path}` };
  const nodePort = numberOf(port, 'nodePort');
  if (nodePort === 0 || how.machine === undefined) return [inside];
  return [{ application, from: 'outside', url: `http://${how.machine}:${nodePort}${path}` }, inside];
}

function numberOf(value: unknown, key: string): number {
  const found = member(value, key);
  return typeof found === 'number' ? found : 0;
}

/** Address of the machine that is asked from outside: a worker that is ready, else any machine. */
export function machineToAsk(nodes: readonly KubeObject[]): string | undefined {
  const isControlPlane = (node: KubeObject) => node.metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined;
  const ordered = [...nodes.filter((node) => !isControlPlane(node)), ...nodes.filter(isControlPlane)];
  const addresses = ordered.flatMap((node) => list(node, 'status', 'addresses'));
  return text(
    addresses.find((address) => text(address, 'type') === 'InternalIP'),
    'address',
  );
}
