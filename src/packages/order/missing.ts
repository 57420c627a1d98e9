import type { Diagnostic } from '../../model/index.js';
import { classMissing, crdMissing, crdVersionMissing, namespaceMissing, secretMissing, storageClassMissing } from './errors.js';
import type { ObjectIndex } from './index-objects.js';
import { endOf, type Need } from './model.js';
import { at, list, text } from './read.js';
import { wordOf } from './supply.js';

/** What is known besides the packages. */
export interface MissingContext {
  readonly index: ObjectIndex;
  /** Packages that could be chosen, by `group/Kind` that they define. */
  readonly offers: ReadonlyMap<string, string>;
  /** Whether all storage classes of the cluster are told. */
  readonly classesKnown: 'all' | 'some';
}

/** Findings for needs that nobody meets: one per package and thing. */
export function missingProblems(needs: readonly Need[], context: MissingContext): readonly Diagnostic[] {
  const groups = new Map<string, Need[]>();
  for (const need of needs) {
    const key = `${need.by.owner.name}\0${need.reason}\0${need.group}/${need.kind}/${need.namespace ?? ''}/${need.name}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [need]);
    else known.push(need);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : (say(first, group.length - 1, context) ?? []);
  });
}

function say(need: Need, more: number, { index, offers, classesKnown }: MissingContext): Diagnostic | undefined {
  const by = endOf(need.by);
  const named = `${need.kind} ${need.namespace === undefined ? '' : `${need.namespace}/`}${need.name}`;
  switch (need.reason) {
    case 'kind':
      return crdMissing(`${need.kind} (${need.by.one.object.apiVersion})`, by, more, offers.get(`${need.group}/${need.kind}`));
    case 'namespace':
      return namespaceMissing(need.name, by, more);
    case 'secret':
    case 'config-map':
    case 'account':
      return need.by.pods === undefined && need.reason !== 'secret'
        ? undefined
        : secretMissing(named, by, { severity: makesSecrets(need, index) ? 'info' : 'warning', word: wordOf(need) ?? '' });
    case 'storage-class':
      return storageClassMissing(need.name, by, classesKnown === 'all' ? 'error' : 'warning');
    case 'priority-class':
    case 'runtime-class':
      return classMissing(named, by);
    default:
      return undefined;
  }
}

/** True where the package may make Secrets by itself: its roles say so. */
function makesSecrets({ by, reason }: Need, index: ObjectIndex): boolean {
  if (reason !== 'secret') return false;
  return rolesOf(index, by.owner.name).some((rules) =>
    list(rules).some((rule) => has(rule, 'resources', 'secrets') && has(rule, 'verbs', 'create')),
  );
}

const has = (rule: unknown, member: string, word: string): boolean =>
  list(at(rule, member)).some((one) => one === '*' || one === word);

const rolesOf = (index: ObjectIndex, owner: string): readonly unknown[] =>
  index.placed
    .filter((one) => one.owner.name === owner && (one.kind === 'Role' || one.kind === 'ClusterRole'))
    .map((one) => one.one.object.rules);

/** Objects written in a version that their CRD does not serve. */
export function versionProblems(index: ObjectIndex): readonly Diagnostic[] {
  const seen = new Set<string>();
  return index.placed.flatMap((placed) => {
    const kind = index.kinds.get(`${placed.group}/${placed.kind}`);
    if (kind === undefined || kind.versions.length === 0 || kind.versions.includes(placed.version)) return [];
    if (text(at(kind.by.one.object, 'kind')) !== 'CustomResourceDefinition') return [];
    const key = `${placed.owner.name} ${placed.group}/${placed.version}/${placed.kind}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [crdVersionMissing(placed.kind, placed.version, kind.versions, endOf(placed))];
  });
}
