import type { Connection } from '../host/index.js';
import { err, failure, type HttpResponse, type Json, type KubeObject, ok, type Result } from '../model/index.js';

/** A kind of objects. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** One object of the API. */
export interface ObjectKey extends Kind {
  readonly name: string;
  readonly namespace?: string;
}

/** A cluster's API, without a process per call. */
export interface KubeApi {
  /** `ok` once the API server says so of itself. */
  ready(): Promise<boolean>;
  get(key: ObjectKey): Promise<Result<KubeObject | undefined>>;
  /** Of every namespace; empty where the kind is not served. */
  list(kind: Kind): Promise<Result<readonly KubeObject[]>>;
  /** Server-side apply that takes fields over; `namespace` counts where the object names none and its kind has one. */
  apply(object: KubeObject, namespace?: string): Promise<Result<KubeObject>>;
  applyStatus(key: ObjectKey, status: Json): Promise<Result<void>>;
  /** Merge patch (RFC 7386) of a subresource or of the object itself. */
  patch(key: ObjectKey, change: Json, subresource?: string): Promise<Result<void>>;
  create(object: KubeObject): Promise<Result<void>>;
  /** Whether the object would be taken; it is not (`dryRun=All`). */
  admits(object: KubeObject): Promise<Result<void>>;
  /** Tells each object of a kind now, and again whenever it changes, until it is closed; the kind must be served. */
  watch(kind: Kind, tell: (object: KubeObject) => void): Promise<() => void>;
  /** A token with which to act as a service account. */
  token(namespace: string, serviceAccount: string): Promise<Result<string>>;
}

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  /** True where the status has an address of its own; else it is kept with the rest of the object. */
  readonly hasStatus: boolean;
}

/** What names an object. */
export const keyOf = (object: KubeObject): ObjectKey => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});

const manager = 'strata';

/** Speaks the Kubernetes API over a connection; kinds are looked up once and again when one is new. */
export function createKubeApi(connection: Connection): KubeApi {
  const groups = new Map<string, Promise<ReadonlyMap<string, Resource>>>();
  const root = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

  async function discover(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    const answer = await connection.send({ method: 'GET', path: root(apiVersion) });
    if (!answer.ok || answer.value.status !== 200) return new Map();
    const { resources } = JSON.parse(answer.value.body) as { resources: { name: string; kind: string; namespaced: boolean }[] };
    const own = resources.filter((one) => !one.name.includes('/'));
    const all = new Set(resources.map((one) => one.name));
    return new Map(own.map(({ kind, name, namespaced }) => [kind, { name, namespaced, hasStatus: all.has(`${name}/status`) }]));
  }

  async function resourceOf({ apiVersion, kind }: Kind): Promise<Resource | undefined> {
    const known = (await groups.get(apiVersion))?.get(kind);
    if (known !== undefined) return known;
    const looking = discover(apiVersion);
    groups.set(apiVersion, looking);
    return (await looking).get(kind);
  }

  async function pathOf(key: ObjectKey): Promise<string | undefined> {
    const resource = await resourceOf(key);
    if (resource === undefined) return undefined;
    const space = resource.namespaced ? `/namespaces/${key.namespace ?? 'default'}` : '';
    return `${root(key.apiVersion)}${space}/${resource.name}/${encodeURIComponent(key.name)}`;
  }

  async function write(key: ObjectKey, body: unknown, subresource: string, type: string): Promise<Result<KubeObject>> {
    const path = await pathOf(key);
    if (path === undefined) return err(kindUnknown(key));
    const query = type === 'application/apply-patch+yaml' ? `?fieldManager=${manager}&force=true` : `?fieldManager=${manager}`;
    const answer = await connection.send({
      method: 'PATCH',
      path: `${path}${subresource}${query}`,
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    });
    return answer.ok ? objectIn(answer.value, key) : answer;
  }

  async function post(object: KubeObject, query: string): Promise<Result<HttpResponse>> {
    const path = await pathOf(keyOf(object));
    if (path === undefined) return err(kindUnknown(object));
    return connection.send({
      method: 'POST',
      path: `${path.slice(0, path.lastIndexOf('/'))}${query}`,
      body: JSON.stringify(object),
      headers: { 'content-type': 'application/json' },
    });
  }

  return {
    async ready() {
      const answer = await connection.send({ method: 'GET', path: '/readyz', deadlineMs: 2_000 });
      return answer.ok && answer.value.status === 200;
    },
    async get(key) {
      const path = await pathOf(key);
      if (path === undefined) return ok(undefined);
      const answer = await connection.send({ method: 'GET', path });
      if (!answer.ok) return answer;
      return answer.value.status === 404 ? ok(undefined) : objectIn(answer.value, key);
    },
    async list(kind) {
      const resource = await resourceOf(kind);
      if (resource === undefined) return ok([]);
      const answer = await connection.send({ method: 'GET', path: `${root(kind.apiVersion)}/${resource.name}` });
      if (!answer.ok) return answer;
      if (answer.value.status !== 200) return err(refused(answer.value, { ...kind, name: '' }));
      const { items } = JSON.parse(answer.value.body) as { items: KubeObject[] };
      // Items of a list do not name their kind themselves.
      return ok(items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })));
    },
    async apply(object, namespace) {
      const resource = await resourceOf(object);
      if (resource === undefined) return err(kindUnknown(object));
      const space = resource.namespaced ? (object.metadata.namespace ?? namespace ?? 'default') : undefined;
      const placed = space === undefined ? object : { ...object, metadata: { ...object.metadata, namespace: space } };
      const key = { ...object, name: object.metadata.name, ...(space === undefined ? {} : { namespace: space }) };
      return write(key, placed, '', 'application/apply-patch+yaml');
    },
    async applyStatus(key, status) {
      const place = (await resourceOf(key))?.hasStatus === false ? '' : '/status';
      const done = await write(key, { status }, place, 'application/merge-patch+json');
      return done.ok ? ok(undefined) : done;
    },
    async patch(key, change, subresource = '') {
      const part = subresource === '' ? '' : `/${subresource}`;
      const done = await write(key, change, part, 'application/merge-patch+json');
      return done.ok ? ok(undefined) : done;
    },
    async admits(object) {
      const answer = await post(object, '?dryRun=All');
      if (!answer.ok) return answer;
      return answer.value.status < 300 ? ok(undefined) : err(refused(answer.value, keyOf(object)));
    },
    async create(object) {
      const answer = await post(object, '');
      if (!answer.ok) return answer;
      const isThere = answer.value.status < 300 || answer.value.status === 409;
      return isThere ? ok(undefined) : err(refused(answer.value, keyOf(object)));
    },
    async watch(kind, tell) {
      const resource = await resourceOf(kind);
      if (resource === undefined) return () => undefined;
      // Without a version the watch begins with everything there is.
      return connection.follow(`${root(kind.apiVersion)}/${resource.name}?watch=1`, (line) => {
        const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
        if (type === 'ADDED' || type === 'MODIFIED') tell(object);
      });
    },
    async token(namespace, serviceAccount) {
      const answer = await connection.send({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`,
        body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
        headers: { 'content-type': 'application/json' },
      });
      if (!answer.ok) return answer;
      const key = { apiVersion: 'v1', kind: 'ServiceAccount', name: serviceAccount, namespace };
      if (answer.value.status >= 300) return err(refused(answer.value, key));
      return ok((JSON.parse(answer.value.body) as { status: { token: string } }).status.token);
    },
  };
}

function objectIn(answer: HttpResponse, key: ObjectKey): Result<KubeObject> {
  if (answer.status >= 300) return err(refused(answer, key));
  return ok(JSON.parse(answer.body) as KubeObject);
}

/** The API server's own words, from the Status object it answers with. */
function refused(answer: HttpResponse, key: ObjectKey): ReturnType<typeof failure> {
  const message = messageIn(answer.body);
  const later = answer.status === 429 || answer.status >= 500;
  return failure(later ? 'not-ready' : 'invalid', 'REHEARSAL-API-REFUSED', `${key.kind} ${key.name}: ${message}`, {
    say: 'Correct the object; `kubectl explain` shows the fields its kind has.',
  });
}

function messageIn(body: string): string {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // Not JSON: the text itself is all there is.
  }
  return body.trim().slice(0, 500);
}

const kindUnknown = ({ apiVersion, kind }: Kind): ReturnType<typeof failure> =>
  failure('not-ready', 'REHEARSAL-KIND-UNKNOWN', `The API server knows no kind ${kind} in ${apiVersion}.`, {
    say: 'Add the package that defines it.',
  });
