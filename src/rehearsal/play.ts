import type { KubeObject } from '../model/index.js';
import type { KubeApi } from './api.js';

/** What others would do to a cluster's objects, played: disks are provided, load balancers get an address. */
export interface Play {
  /** One look at everything; what has been played already is left alone. */
  round(): Promise<void>;
}

const at = (object: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    object,
  );

/** Plays what no program here does. */
export function createPlay(api: KubeApi): Play {
  const done = new Set<string>();
  const once = async (object: KubeObject, work: () => Promise<{ readonly ok: boolean }>): Promise<void> => {
    const uid = String(at(object, 'metadata', 'uid'));
    if (done.has(uid)) return;
    const played = await work();
    if (played.ok) done.add(uid);
  };
  return {
    async round() {
      for (const claim of await listed(api, 'PersistentVolumeClaim'))
        if (at(claim, 'status', 'phase') === 'Pending' && (await isProvided(api, claim)))
          await once(claim, () => api.create(volumeFor(claim)));
      for (const service of await listed(api, 'Service'))
        if (at(service, 'spec', 'type') === 'LoadBalancer') await once(service, () => giveAddress(api, service));
    },
  };
}

async function listed(api: KubeApi, kind: string): Promise<readonly KubeObject[]> {
  const found = await api.list({ apiVersion: 'v1', kind });
  return found.ok ? found.value : [];
}

/** Whether somebody would make a volume for it: a claim of a class that nobody defined waits for ever. */
async function isProvided(api: KubeApi, claim: KubeObject): Promise<boolean> {
  const name = at(claim, 'spec', 'storageClassName');
  if (typeof name !== 'string' || name === '') return false;
  const found = await api.get({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name });
  return found.ok && found.value !== undefined;
}

/** A volume made to measure for one claim. */
function volumeFor(claim: KubeObject): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `played-${String(at(claim, 'metadata', 'uid'))}` },
    spec: {
      capacity: { storage: at(claim, 'spec', 'resources', 'requests', 'storage') ?? '1Gi' },
      accessModes: at(claim, 'spec', 'accessModes') ?? ['ReadWriteOnce'],
      volumeMode: at(claim, 'spec', 'volumeMode') ?? 'Filesystem',
      storageClassName: at(claim, 'spec', 'storageClassName') ?? '',
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: at(claim, 'metadata', 'uid'),
      },
      hostPath: { path: '/played' },
    },
  };
}

/** From the block that documentation uses (RFC 5737): it leads nowhere. */
const giveAddress = (api: KubeApi, { metadata: { name, namespace } }: KubeObject): Promise<{ readonly ok: boolean }> =>
  api.patch(
    { apiVersion: 'v1', kind: 'Service', name, ...(namespace === undefined ? {} : { namespace }) },
    { status: { loadBalancer: { ingress: [{ ip: '192.0.2.10' }] } } },
    'status',
  );
