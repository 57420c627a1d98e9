import type { KubeObject } from '../model/index.js';
import type { KubeApi } from './api.js';

/** A webhook whose program does not run here; the API server is told not to insist on its answer. */
export interface Silenced {
  readonly configuration: string;
  readonly webhook: string;
  readonly service: string;
}

const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;

interface Webhook {
  readonly name: string;
  readonly failurePolicy?: string;
  readonly clientConfig?: { readonly service?: { readonly namespace: string; readonly name: string } };
}

/**
 * Lets pass what a webhook would be asked about whose program does not run here: it is applied as it is, and then told
 * to fail open, at once. Every one is reported as not checked.
 */
export async function silenceWebhooks(
  api: KubeApi,
  served: ReadonlySet<string>,
  silenced: Map<string, Silenced>,
): Promise<() => Promise<void>> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const watches = kinds.map((kind) => api.watch({ apiVersion, kind }, (object) => void silence(api, object, served, silenced)));
  const ends = await Promise.all(watches);
  return async () => {
    for (const end of ends) end();
  };
}

async function silence(
  api: KubeApi,
  object: KubeObject,
  served: ReadonlySet<string>,
  silenced: Map<string, Silenced>,
): Promise<void> {
  const webhooks = (object.webhooks ?? []) as readonly Webhook[];
  const mute = webhooks.filter((one) => isMute(one, served));
  for (const one of mute) {
    const { namespace, name } = one.clientConfig?.service ?? { namespace: '', name: '' };
    silenced.set(`${object.metadata.name}/${one.name}`, {
      configuration: object.metadata.name,
      webhook: one.name,
      service: `${namespace}/${name}`,
    });
  }
  if (!mute.some((one) => one.failurePolicy !== 'Ignore')) return;
  const changed = webhooks.map((one) => (isMute(one, served) ? { ...one, failurePolicy: 'Ignore', timeoutSeconds: 1 } : one));
  await api.patch(
    { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name },
    JSON.parse(JSON.stringify({ webhooks: changed })),
  );
}

function isMute(webhook: Webhook, served: ReadonlySet<string>): boolean {
  const service = webhook.clientConfig?.service;
  return service !== undefined && !served.has(`${service.namespace}/${service.name}`);
}
