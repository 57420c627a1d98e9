import { err, type HttpResponse, type KubeObject, ok, type Result } from '../../model/index.js';
import { aggregatedDiscovery, parseDiscovery, pathOf, type Resource } from './discovery.js';
import { answerUnreadable, kindUnknown, refused, stillBusy } from './errors.js';

/** One exchange with the API server; the host's connections have this form. */
export type Send = (exchange: {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}) => Promise<Result<HttpResponse>>;

/** As whom, and whether for real. */
export interface ApplyOptions {
  readonly manager: string;
  /** `server`: the answer is what would be there; nothing is kept. */
  readonly dryRun?: 'server';
  /** Used where the object names none and its kind lives in one. */
  readonly namespace?: string | undefined;
}

/** Says which object is meant. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** A cluster's API over one connection: no process per call, no limit of its own; the server says when it has enough. */
export interface KubeClient {
  /** Of the API server, e.g. `v1.37.2`. */
  version(): Promise<Result<string>>;
  /** Every kind that is served; asked once. */
  resources(): Promise<Result<readonly Resource[]>>;
  list(resource: Resource, selector?: string): Promise<Result<readonly KubeObject[]>>;
  get(name: ObjectName): Promise<Result<KubeObject | undefined>>;
  /** Server-side apply that takes fields over, as delivering controllers do. */
  apply(object: KubeObject, options: ApplyOptions): Promise<Result<KubeObject>>;
}

/** What a client needs of its surroundings. */
export interface ClientParts {
  readonly send: Send;
  readonly pause: (ms: number) => Promise<void>;
}

/** Objects per page: large enough to be few, small enough not to hold the server up. */
const pageSize = 500;
const mostTries = 8;

/** Speaks the Kubernetes API over a connection. */
export function createKubeClient(parts: ClientParts): KubeClient {
  const ask = patient(parts);
  let known: Promise<Result<readonly Resource[]>> | undefined;
  const resources = (): Promise<Result<readonly Resource[]>> => {
    known ??= discover(ask);
    return known;
  };
  const locate = async ({ apiVersion, kind, namespace, name }: ObjectName): Promise<Result<string>> => {
    const all = await resources();
    if (!all.ok) return all;
    const found = all.value.find((one) => one.kind === kind && one.apiVersion === apiVersion);
    if (found === undefined) return err(kindUnknown(apiVersion, kind));
    return ok(`${pathOf(found, namespace ?? 'default')}/${encodeURIComponent(name)}`);
  };
  return {
    resources,
    async version() {
      const answer = await jsonOf(await ask({ method: 'GET', path: '/version' }), 'the version');
      return answer.ok ? ok(String((answer.value as { gitVersion?: unknown }).gitVersion ?? '')) : answer;
    },
    list: (resource, selector) => listAll(ask, resource, selector),
    async get(name) {
      const path = await locate(name);
      if (!path.ok) return path;
      const answer = await ask({ method: 'GET', path: path.value });
      if (answer.ok && answer.value.status === 404) return ok(undefined);
      return objectIn(answer, say(name));
    },
    async apply(object, { manager, dryRun, namespace }) {
      const { apiVersion, kind, metadata } = object;
      const name = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? namespace };
      const path = await locate(name);
      if (!path.ok) return path;
      const space = /\/namespaces\/([^/]+)\/[^/]+\/[^/]+$/.exec(path.value)?.[1];
      const placed =
        space === undefined ? object : { ...object, metadata: { ...metadata, namespace: decodeURIComponent(space) } };
      const query = `fieldManager=${encodeURIComponent(manager)}&force=true${dryRun === undefined ? '' : '&dryRun=All'}`;
      const answer = await ask({
        method: 'PATCH',
        path: `${path.value}?${query}`,
        body: JSON.stringify(placed),
        headers: { 'content-type': 'application/apply-patch+yaml' },
      });
      return objectIn(answer, say(name));
    },
  };
}

const say = ({ kind, namespace, name }: ObjectName): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

/** Comes back when the server says so (429, or 503 with Retry-After), for as long as it says so. */
const patient =
  ({ send, pause }: ClientParts): Send =>
  async (exchange) => {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const answer = await send(exchange);
      if (!answer.ok) return answer;
      const { status, headers } = answer.value;
      const wait = Number(headers['retry-after']);
      if (status !== 429 && !(status === 503 && wait > 0)) return answer;
      await pause(wait > 0 ? wait * 1000 : 250 * 2 ** (tries - 1));
    }
    return err(stillBusy(`${exchange.method} ${exchange.path.split('?')[0]}`, mostTries));
  };

async function discover(ask: Send): Promise<Result<readonly Resource[]>> {
  const found: Resource[] = [];
  for (const path of ['/api', '/apis']) {
    const answer = await jsonOf(
      await ask({ method: 'GET', path, headers: { accept: aggregatedDiscovery } }),
      'the kinds it serves',
    );
    if (!answer.ok) return answer;
    found.push(...parseDiscovery(answer.value));
  }
  return ok(found);
}

/** Page by page; a page token that grew too old (410) starts the list again. */
async function listAll(ask: Send, resource: Resource, selector?: string): Promise<Result<readonly KubeObject[]>> {
  const filter = selector === undefined ? '' : `&labelSelector=${encodeURIComponent(selector)}`;
  const what = `the list of ${resource.name}`;
  let found: KubeObject[] = [];
  let next = '';
  for (let restarts = 0; restarts < mostTries; ) {
    const more = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const answer = await ask({ method: 'GET', path: `${pathOf(resource)}?limit=${pageSize}${filter}${more}` });
    if (answer.ok && answer.value.status === 410) {
      [found, next] = [[], ''];
      restarts += 1;
      continue;
    }
    const page = await jsonOf(answer, what);
    if (!page.ok) return page;
    const { items, metadata } = page.value as { items?: KubeObject[]; metadata?: { continue?: string } };
    if (!Array.isArray(items)) return err(answerUnreadable(what));
    // Items of a list do not name their kind themselves.
    found.push(...items.map((item) => ({ ...item, apiVersion: resource.apiVersion, kind: resource.kind })));
    next = metadata?.continue ?? '';
    if (next === '') return ok(found);
  }
  return err(stillBusy(what, mostTries));
}

async function objectIn(answer: Result<HttpResponse>, what: string): Promise<Result<KubeObject>> {
  const read = await jsonOf(answer, what);
  return read.ok ? ok(read.value as KubeObject) : read;
}

async function jsonOf(answer: Result<HttpResponse>, what: string): Promise<Result<object>> {
  if (!answer.ok) return answer;
  if (answer.value.status >= 300) return err(refused(answer.value, what));
  try {
    const value: unknown = JSON.parse(answer.value.body);
    if (typeof value === 'object' && value !== null) return ok(value);
  } catch {
    // Told below.
  }
  return err(answerUnreadable(what));
}
