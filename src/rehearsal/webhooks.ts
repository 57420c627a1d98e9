import type { KubeObject } from '../model/index.js';
import type { KubeApi } from './api.js';

/** A webhook whose program does not run here; the API server is told not to insist on its answer. */
export interface Silenced {
  readonly configuration: string;
  readonly webhook: string;
  readonly service: string;
}

/** Services (`namespace/name`) behind which a program runs. */
export type Served = () => ReadonlySet<string>;

const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;

interface Webhook {
  readonly name: string;
  readonly failurePolicy?: string;
  readonly clientConfig?: { readonly service?: { readonly namespace: string; readonly name: string } };
}

/**
 * Lets pass what a webhook would be asked about whose program does not run here: it is applied as it is, and then told
 * to fail open. Every one is reported as not checked.
 */
export async function silenceWebhooks(api: KubeApi, served: Served, silenced: Map<string, Silenced>): Promise<void> {
  for (const kind of kinds) {
    const listed = await api.list({ apiVersion: 'admissionregistration.k8s.io/v1', kind });
    for (const object of listed.ok ? listed.value : []) await silence(api, object, served(), silenced);
  }
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
