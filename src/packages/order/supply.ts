import type { RenderedPackage } from '../../model/index.js';
import type { ObjectIndex, Placed } from './index-objects.js';
import { type EdgeEnd, endOf, type Need } from './model.js';
import { keyOf } from './names.js';
import { at, text } from './read.js';

/** Who makes what another package needs. */
export interface Supplier {
  /** Absent where the cluster has it by itself. */
  readonly owner: string | undefined;
  readonly end: EdgeEnd;
}

/** Answers who makes something; undefined where nobody does. */
export type Supply = (need: Need) => Supplier | undefined;

const words: Readonly<Record<string, string>> = {
  kind: 'crd',
  namespace: 'namespace',
  secret: 'secret',
  'config-map': 'configmap',
  account: 'serviceaccount',
  service: 'service',
  'storage-class': 'storage-class',
  'priority-class': 'priority-class',
  'runtime-class': 'runtime-class',
};

/** ConfigMaps that the control plane puts into every cluster. */
const givenMaps: ReadonlySet<string> = new Set(['kube-root-ca.crt', 'extension-apiserver-authentication']);

/** The producers of all that is rendered, declared or had by the cluster itself. */
export function supplyOf(index: ObjectIndex, packages: readonly RenderedPackage[], provided: readonly string[]): Supply {
  const made = madeByControllers(index);
  const declared = declarations(packages, provided);
  return (need) => {
    const rendered = renderedSupplier(need, index);
    if (rendered !== undefined) return { owner: rendered.owner.name, end: endOf(rendered) };
    const maker = made.get(keyOf(need.group, need.kind, need.namespace, need.name));
    if (maker !== undefined) return { owner: maker.owner.name, end: endOf(maker) };
    return declared(need) ?? givenSupplier(need);
  };
}

function renderedSupplier(need: Need, index: ObjectIndex): Placed | undefined {
  if (need.reason === 'kind') return index.kinds.get(`${need.group}/${need.kind}`)?.by ?? apiServiceOf(need, index);
  if (need.reason === 'storage-class' && need.name === '') return defaultClass(index);
  const found = index.find(need.group, need.kind, need.namespace, need.name);
  return found.find((one) => one.owner.name === need.by.owner.name) ?? found[0];
}

function apiServiceOf(need: Need, index: ObjectIndex): Placed | undefined {
  const { version } = need.by;
  const [found] = index.find('apiregistration.k8s.io', 'APIService', undefined, `${version}.${need.group}`);
  return found;
}

const defaultMark = 'storageclass.kubernetes.io/is-default-class';

function defaultClass(index: ObjectIndex): Placed | undefined {
  return index.placed.find(
    ({ kind, one }) => kind === 'StorageClass' && String(one.object.metadata.annotations?.[defaultMark]) === 'true',
  );
}

/** Objects whose controller makes a Secret of a name they say. */
const secretMakers: Readonly<Record<string, (object: unknown) => string | undefined>> = {
  'cert-manager.io/Certificate': (o) => text(at(o, 'spec', 'secretName')),
  'external-secrets.io/ExternalSecret': (o) => text(at(o, 'spec', 'target', 'name')) ?? text(at(o, 'metadata', 'name')),
  'bitnami.com/SealedSecret': (o) => text(at(o, 'metadata', 'name')),
};

function madeByControllers(index: ObjectIndex): ReadonlyMap<string, Placed> {
  const made = new Map<string, Placed>();
  for (const placed of index.placed) {
    const name = secretMakers[`${placed.group}/${placed.kind}`]?.(placed.one.object);
    if (name !== undefined) made.set(keyOf('', 'Secret', placed.namespace, name), placed);
  }
  return made;
}

function declarations(packages: readonly RenderedPackage[], provided: readonly string[]): Supply {
  const exact = new Map<string, Supplier>();
  const begins: (readonly [string, Supplier])[] = [];
  const add = (word: string, supplier: Supplier): void => {
    if (word.endsWith('*')) begins.push([word.slice(0, -1), supplier]);
    else if (!exact.has(word)) exact.set(word, supplier);
  };
  const cluster: EdgeEnd = { object: 'the cluster', at: { file: '', line: 1, column: 1 } };
  for (const word of provided) add(word, { owner: undefined, end: cluster });
  for (const one of packages)
    for (const word of one.provides)
      if (word.includes('/')) add(word, { owner: one.name, end: { object: `package ${one.name}`, at: one.file } });
  return (need) => {
    const word = wordOf(need);
    if (word === undefined) return undefined;
    return exact.get(word) ?? begins.find(([start]) => word.startsWith(start))?.[1];
  };
}

/** A need in the words of `provides`: `secret/logging/elastic`, `crd/example.org/Widget`, `storage-class/fast`. */
export function wordOf(need: Need): string | undefined {
  const word = words[need.reason];
  if (word === undefined) return undefined;
  if (need.reason === 'kind') return `${word}/${need.group}/${need.kind}`;
  return need.namespace === undefined ? `${word}/${need.name}` : `${word}/${need.namespace}/${need.name}`;
}

function givenSupplier(need: Need): Supplier | undefined {
  const isGiven =
    (need.reason === 'config-map' && givenMaps.has(need.name)) ||
    (need.reason === 'storage-class' && (need.name === '-' || need.name === '')) ||
    (need.kind === 'Service' && need.namespace === 'default' && need.name === 'kubernetes');
  return isGiven ? { owner: undefined, end: { object: 'the cluster', at: { file: '', line: 1, column: 1 } } } : undefined;
}
