import { list, member, text } from './json.js';

/** One object an Application made, as Argo CD sees it. */
export interface DeployedObject {
  readonly kind: string;
  readonly name: string;
  /** Empty for objects of the whole cluster. */
  readonly namespace: string;
  /** `Synced`, `OutOfSync` or `Unknown`. */
  readonly sync: string;
  /** `Healthy`, `Progressing`, `Degraded`, `Suspended`, `Missing` or `Unknown`; absent for kinds without health. */
  readonly health?: string;
  readonly message?: string;
}

/** An Application's condition: a warning or an error that Argo CD states in words. */
export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
}

/** What Argo CD says of one Application. */
export interface ApplicationState {
  readonly name: string;
  readonly sync: string;
  readonly health: string;
  /** Commit it was compared with last. */
  readonly revision?: string;
  readonly conditions: readonly ApplicationCondition[];
  /** The last or running sync. */
  readonly operation?: { readonly phase: string; readonly message: string };
  readonly objects: readonly DeployedObject[];
  /** Marked for deletion: its finalizer is at work. */
  readonly deleting: boolean;
}

/** Reads an Application object; a status that is not there yet reads as `Unknown`. */
export function parseApplication(object: unknown): ApplicationState {
  const revision = text(object, 'status', 'sync', 'revision');
  const phase = text(object, 'status', 'operationState', 'phase');
  return {
    name: text(object, 'metadata', 'name') ?? '',
    sync: text(object, 'status', 'sync', 'status') ?? 'Unknown',
    health: text(object, 'status', 'health', 'status') ?? 'Unknown',
    ...(revision === undefined ? {} : { revision }),
    conditions: list(object, 'status', 'conditions').map((c) => ({
      type: text(c, 'type') ?? '',
      message: text(c, 'message') ?? '',
    })),
    ...(phase === undefined ? {} : { operation: { phase, message: text(object, 'status', 'operationState', 'message') ?? '' } }),
    objects: list(object, 'status', 'resources').map(parseObject),
    deleting: member(object, 'metadata', 'deletionTimestamp') !== undefined,
  };
}

function parseObject(object: unknown): DeployedObject {
  const health = text(object, 'health', 'status');
  const message = text(object, 'health', 'message');
  return {
    kind: text(object, 'kind') ?? '',
    name: text(object, 'name') ?? '',
    namespace: text(object, 'namespace') ?? '',
    sync: text(object, 'status') ?? 'Unknown',
    ...(health === undefined ? {} : { health }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Deployed as git says, and at work. */
export const isWell = (state: ApplicationState): boolean =>
  state.sync === 'Synced' && state.health === 'Healthy' && !state.deleting;

/** Its last sync failed for good: Argo CD tries this commit no more unless it is asked. */
export const hasGivenUp = ({ operation }: ApplicationState): boolean =>
  operation?.phase === 'Failed' || operation?.phase === 'Error';

/** Objects that keep an Application from being well: those not as in git first, then those not healthy. */
export function objectsInTheWay(state: ApplicationState): readonly DeployedObject[] {
  const unsynced = state.objects.filter((o) => o.sync !== 'Synced');
  const unhealthy = state.objects.filter((o) => o.sync === 'Synced' && o.health !== undefined && o.health !== 'Healthy');
  return [...unsynced, ...unhealthy];
}

/** `Deployment board/board`, or `Namespace board` for an object of the whole cluster. */
export const nameOf = (object: DeployedObject): string =>
  `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`;

/** One line: the state, then what is in the way in Argo CD's own words. */
export function explainState(state: ApplicationState): string {
  const parts = [`${state.sync}, ${state.health}${state.deleting ? ', being deleted' : ''}`];
  for (const condition of state.conditions) parts.push(`${condition.type}: ${condition.message}`);
  const { operation } = state;
  if (operation && operation.phase !== 'Succeeded' && operation.message !== '')
    parts.push(`sync ${operation.phase}: ${operation.message}`);
  for (const object of objectsInTheWay(state)) {
    const how = object.sync === 'Synced' ? (object.health ?? '') : object.sync;
    parts.push(`${nameOf(object)} ${how}${object.message ? ` (${object.message})` : ''}`);
  }
  return parts.join('; ');
}

/** Application that made an object, from the tracking id Argo CD writes on it; `undefined` where none did. */
export function ownerOf(object: unknown): string | undefined {
  const tracking = text(object, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id');
  return tracking?.split(':')[0];
}
