import { createHash } from 'node:crypto';
import type { Change, KubeObject } from '../model/index.js';
import { differences, type FieldChange, isEntry, isSecret, nameOf, withoutNoise } from '../tools/kube-api/index.js';

/** Fields of one object that are named; more are counted. */
const mostFields = 20;

/** Longer values are told by their digest. */
const longestValue = 80;

/** An object as it may be kept and told: the values of a Secret are digests. */
export function sealed(object: KubeObject): KubeObject {
  if (!isSecret(object)) return object;
  const { data, stringData, ...rest } = withoutNoise(object);
  return {
    ...(rest as KubeObject), // what is left has everything but the two fields of values
    ...(data !== undefined && { data: digests(data) }),
    ...(stringData !== undefined && { stringData: digests(stringData) }),
  };
}

const digests = (values: unknown): unknown =>
  isEntry(values) ? Object.fromEntries(Object.entries(values).map(([key, value]) => [key, digest(value)])) : digest(values);

const digest = (value: unknown): string =>
  `sha256:${createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 12)}`;

/** What becomes of each object, by name: created, changed with its fields, or removed (no `to`). Takes sealed objects. */
export function objectChanges(before: readonly KubeObject[], now: readonly KubeObject[]): readonly Change[] {
  const old = new Map(before.map((object) => [nameOf(object), object]));
  const wanted = new Map(now.map((object) => [nameOf(object), object]));
  const names = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  return names.flatMap((name) => {
    const [from, to] = [old.get(name), wanted.get(name)];
    if (from === undefined) return [{ what: name, to: 'created' }];
    if (to === undefined) return [{ what: name, from: 'there' }];
    return changed(name, from, to);
  });
}

function changed(name: string, from: KubeObject, to: KubeObject): readonly Change[] {
  const fields = differences(from, to);
  if (fields.length === 0) return [];
  const more = fields.length - mostFields;
  return [
    { what: name, from: digest(from), to: digest(to) },
    ...fields.slice(0, mostFields).map((field) => fieldChange(name, field)),
    ...(more > 0 ? [{ what: `${name} and ${more} more fields` }] : []),
  ];
}

const fieldChange = (name: string, { path, from, to }: FieldChange): Change => ({
  what: `${name} ${pathText(path)}`,
  ...(from !== undefined && { from: valueText(from) }),
  ...(to !== undefined && { to: valueText(to) }),
});

/** `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. */
function pathText(path: readonly string[]): string {
  const parts = path.map((part, at) => {
    if (/^\d+$/.test(part)) return `[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
    return at === 0 ? part : `.${part}`;
  });
  return parts.join('');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestValue || text.includes('\n') ? digest(value) : text;
}
