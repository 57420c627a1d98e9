import type { Action, SecretRef } from '../../../../model/index.js';
import { ok, secretRef } from '../../../../model/index.js';
import { newEncryptionKey, render } from '../../../../tools/kubeadm/index.js';

/** Secrets of the cluster that are made before it. */
export interface ClusterKeysWant {
  /** Text with a place for the key. */
  readonly encryptionTemplate: string;
}

/** Where they are kept. */
export interface ClusterKeysGot {
  /** The API server's EncryptionConfiguration, whole. */
  readonly encryption: SecretRef;
}

const encryption = secretRef('kubernetes-encryption');

/** Makes the key for encryption at rest once; a new one would make what is stored unreadable. */
export const clusterKeys: Action<ClusterKeysWant, ClusterKeysGot> = {
  observe: async (_want, w) => ok((await w.holds(encryption)) ? { encryption } : undefined),
  diff: (_want, got) => (got === undefined ? [{ what: 'encryption key' }] : []),
  async apply({ encryptionTemplate }, got, w) {
    if (got !== undefined) return ok(got);
    const text = render(encryptionTemplate, { key: newEncryptionKey() });
    if (!text.ok) return text;
    const kept = await w.keep(encryption, text.value);
    return kept.ok ? ok({ encryption }) : kept;
  },
};
