import type { KubeObject, RenderedPackage } from '../../model/index.js';
import { at, list } from '../../packages/order/read.js';
import type { Stated } from '../../prerequisites/index.js';

/** What the objects of a component ask of others: images, hosts, storage, names, certificates. */
export function derivedFrom(component: string, packages: readonly RenderedPackage[]): readonly Stated[] {
  const objects = packages.flatMap((one) => one.objects.map(({ object }) => object));
  const base = { for: component, after: [] };
  // A mesh writes `auto` where it puts its own image in later.
  const images = [...new Set(objects.flatMap((object) => found(object, 'image')))].filter((one) => /[/:]/.test(one)).sort();
  // What Strata builds itself comes from no registry.
  const hosts = [...new Set(images.map(registryOf))].filter((host) => host !== 'strata.local').sort();
  const claims = objects.flatMap(claimsOf);
  const names = [...new Set(objects.flatMap(hostsOf))].sort();
  const certificates = missingCertificates(objects);
  const entry = (word: string, rest: Omit<Stated, 'id' | 'for' | 'after'>): readonly Stated[] =>
    rest.items.length === 0 ? [] : [{ id: `${component}/${word}`, ...base, ...rest }];
  return [
    ...entry('images', {
      kind: 'image',
      what: 'Container images that the machines pull',
      why: 'Every workload of the component, init containers and hook Jobs included, starts from one of these.',
      items: images,
      number: { value: images.length, unit: 'images' },
    }),
    ...entry('registries', {
      kind: 'egress',
      what: 'Registries that the images come from, over HTTPS (443)',
      why: 'From the machines, or from the one host that copies the images into a registry of your own.',
      items: hosts,
    }),
    ...entry('storage', {
      kind: 'storage',
      what: 'Storage classes for the volumes that are claimed',
      why: 'A claim without its class stays Pending, and so does its pod.',
      items: claims.map(({ name, storageClass, size }) => `${name}: ${size} of class ${storageClass}`),
      number: { value: claims.length, unit: 'claims' },
    }),
    ...entry('names', {
      kind: 'name',
      what: 'DNS names that lead to the ingress',
      why: 'Routes of the component answer to these names alone.',
      items: names,
    }),
    ...entry('certificates', {
      kind: 'certificate',
      what: 'Certificates that the routes present, as Secrets of type kubernetes.io/tls',
      why: 'The objects name these Secrets, and nothing in the definition makes them.',
      items: certificates,
    }),
  ];
}

/** Texts under a key, at any depth. */
function found(value: unknown, wanted: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === wanted && typeof member === 'string' && member !== '' ? [member] : found(member, wanted),
  );
}

/** Host of an image reference, by the rule of containerd: the first part where it looks like a host. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost') ? first : 'docker.io';
}

interface Claim {
  readonly name: string;
  readonly storageClass: string;
  readonly size: string;
}

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

function claimsOf(object: KubeObject): readonly Claim[] {
  const claim = (name: string, spec: unknown): Claim => ({
    name,
    storageClass: text(at(spec, 'storageClassName'), '(the default)'),
    size: text(at(spec, 'resources', 'requests', 'storage'), 'some'),
  });
  const label = `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
  if (object.kind === 'PersistentVolumeClaim') return [claim(label, object.spec)];
  if (object.kind !== 'StatefulSet') return [];
  const replicas = at(object.spec, 'replicas');
  return list(at(object.spec, 'volumeClaimTemplates')).map((template) =>
    claim(`${label} × ${typeof replicas === 'number' ? replicas : 1}`, at(template, 'spec')),
  );
}

const routed = new Set(['Ingress', 'Gateway', 'HTTPRoute', 'VirtualService']);

function hostsOf({ kind, spec }: KubeObject): readonly string[] {
  if (!routed.has(kind)) return [];
  const single = found(spec, 'host').concat(found(spec, 'hostname'));
  const several = [at(spec, 'hosts'), at(spec, 'hostnames'), ...list(at(spec, 'servers')).map((one) => at(one, 'hosts'))];
  return [...single, ...several.flatMap(list).flatMap((one) => (typeof one === 'string' ? [one] : []))].filter(
    (one) => one !== '*' && one.includes('.'),
  );
}

function missingCertificates(objects: readonly KubeObject[]): readonly string[] {
  const made = new Set(
    objects.flatMap(({ kind, metadata, spec }) =>
      kind === 'Secret' ? [metadata.name] : kind === 'Certificate' ? found(spec, 'secretName') : [],
    ),
  );
  const asked = objects.flatMap((object) =>
    object.kind === 'Ingress'
      ? list(at(object.spec, 'tls'))
          .flatMap((one) => found(one, 'secretName'))
          .map((name) => `${object.metadata.namespace ?? 'default'}/${name}`)
      : object.kind === 'Gateway'
        ? found(object.spec, 'credentialName').map((name) => `${object.metadata.namespace ?? 'default'}/${name}`)
        : [],
  );
  return [...new Set(asked)].filter((name) => !made.has(name.split('/')[1] ?? '')).sort();
}
