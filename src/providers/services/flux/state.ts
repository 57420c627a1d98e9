import type { KubeObject } from '../../../tools/kubectl/index.js';
import { list, member, shorten, text } from './members.js';

/** What a Kustomization says of itself. */
export interface KustomizationState {
  readonly ready: boolean;
  /** Revision applied last; empty where none was. */
  readonly applied: string;
  /** Revision tried last. */
  readonly attempted: string;
  /** What it is doing or how it ended: reason and message of its condition. */
  readonly message: string;
  /** How the last attempt failed; empty while none has, or while it only waits for others. */
  readonly failure: string;
  /** It waits for other packages. */
  readonly waitsForOthers: boolean;
  /** The tree itself cannot be built: the same revision will never be applied. */
  readonly broken: boolean;
  /** Namespaces of its objects, sorted. */
  readonly namespaces: readonly string[];
  readonly objects: number;
}

/** Reads the status of a Kustomization; one whose status is older than its spec is not ready. */
export function readState(object: KubeObject): KustomizationState {
  const { status = {} } = object;
  const conditions = list(status.conditions);
  const ready = conditions.find((c) => member(c, 'type') === 'Ready');
  const reconciling = conditions.find((c) => member(c, 'type') === 'Reconciling' && member(c, 'status') === 'True');
  const current = status.observedGeneration === object.metadata.generation;
  const reason = text(member(ready, 'reason'));
  const failed = member(ready, 'status') === 'False';
  const entries = list(member(status.inventory, 'entries'));
  return {
    ready: current && member(ready, 'status') === 'True',
    applied: text(status.lastAppliedRevision),
    attempted: text(status.lastAttemptedRevision),
    message: messageOf(failed ? ready : (reconciling ?? ready)),
    failure: failed && reason !== 'DependencyNotReady' ? messageOf(ready) : '',
    waitsForOthers: reason === 'DependencyNotReady',
    broken: failed && reason === 'BuildFailed',
    namespaces: namespacesOf(entries),
    objects: entries.length,
  };
}

/** Flux repeats the revision and the timeout in every message; the step says both already. */
function messageOf(condition: unknown): string {
  if (condition === undefined) return 'Flux has not looked at it yet';
  const said = text(member(condition, 'message'))
    .trim()
    .replaceAll('\n', ' ')
    .replace(/ for revision \S+( with a timeout of \w+)?/, '');
  return `${text(member(condition, 'reason'))}: ${shorten(said, 500)}`;
}

/** Ids are `namespace_name_group_kind`; cluster-scoped objects have no namespace. */
function namespacesOf(entries: readonly unknown[]): readonly string[] {
  const names = entries.map((entry) => text(member(entry, 'id')).split('_')[0] ?? '').filter((name) => name !== '');
  return [...new Set(names)].sort();
}
