/** An object as the API serves it; only what every object has. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True where a value has the shape every object has. */
export function isKubeObject(value: unknown): value is KubeObject {
  return isRecord(value) && typeof value.kind === 'string' && isRecord(value.metadata) && typeof value.metadata.name === 'string';
}

/** Objects in what `kubectl get -o json` printed: one object, or a List. */
export function objectsIn(value: unknown): readonly KubeObject[] {
  if (isRecord(value) && Array.isArray(value.items)) return value.items.filter(isKubeObject);
  return isKubeObject(value) ? [value] : [];
}

/** A condition's status, e.g. `True`; `undefined` where it is not set. */
export function condition(object: KubeObject, type: string): string | undefined {
  const conditions = object.status?.conditions;
  if (!Array.isArray(conditions)) return undefined;
  const found: unknown = conditions.find((c: unknown) => isRecord(c) && c.type === type);
  return isRecord(found) && typeof found.status === 'string' ? found.status : undefined;
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Whether an object has arrived where it was sent: rolled out, available, ready, bound. Kinds without such a state are ready by being there. */
export function isReady(object: KubeObject): boolean {
  const { spec = {}, status = {} } = object;
  const current = count(status.observedGeneration) >= count(object.metadata.generation);
  switch (object.kind) {
    case 'Deployment': {
      const wanted = spec.replicas === undefined ? 1 : count(spec.replicas);
      return current && count(status.updatedReplicas) >= wanted && count(status.availableReplicas) >= wanted;
    }
    case 'StatefulSet': {
      const wanted = spec.replicas === undefined ? 1 : count(spec.replicas);
      return current && count(status.readyReplicas) >= wanted;
    }
    case 'DaemonSet': {
      const wanted = count(status.desiredNumberScheduled);
      return current && wanted > 0 && count(status.updatedNumberScheduled) >= wanted && count(status.numberReady) >= wanted;
    }
    case 'Node':
    case 'Pod':
      return condition(object, 'Ready') === 'True';
    case 'PersistentVolumeClaim':
      return status.phase === 'Bound';
    case 'CustomResourceDefinition':
      return condition(object, 'Established') === 'True';
    case 'Job':
      return condition(object, 'Complete') === 'True';
    default:
      return true;
  }
}

/** One line saying how far an object is. */
export function stateOf(object: KubeObject): string {
  const name = `${object.kind} ${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name}`;
  const { status = {} } = object;
  const known = ['phase', 'desiredNumberScheduled', 'numberReady', 'replicas', 'availableReplicas', 'readyReplicas'];
  const parts = known.flatMap((key) =>
    typeof status[key] === 'number' || typeof status[key] === 'string' ? [`${key} ${status[key]}`] : [],
  );
  return `${name}: ${parts.length > 0 ? parts.join(', ') : 'no status yet'}`;
}
