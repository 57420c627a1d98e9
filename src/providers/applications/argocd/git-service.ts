import { argocdNamespace } from '../../../tools/argocd/index.js';

const name = 'git';

/** Port of the git protocol, where an address names none. */
const gitPort = 9418;

/** A git server as an address that any environment's applications may name in git. */
interface GitServer {
  readonly host: string;
  readonly port: number;
}

/** Reads `git://host:port`; another scheme has a name of its own that is valid everywhere. */
export function parseGitServer(server: string): GitServer | undefined {
  const found = /^git:\/\/([^/:]+)(?::(\d+))?$/.exec(server);
  const host = found?.[1];
  return host === undefined ? undefined : { host, port: found?.[2] === undefined ? gitPort : Number(found[2]) };
}

/**
 * URL of a repository as Argo CD and the entries in git write it. The environment's own server gets a Service, so that
 * entries name `git.argocd.svc` and the same commit serves every environment.
 */
export const repositoryUrl = (server: string, repository: string): string =>
  parseGitServer(server) === undefined ? `${server}/${repository}.git` : `git://${name}.${argocdNamespace}.svc/${repository}.git`;

/** Service, and where it leads: an address of its own network, or another name. Empty for a server known by its own name. */
export function gitServiceManifests(server: string): string {
  const parsed = parseGitServer(server);
  if (parsed === undefined) return '';
  const metadata = { name, namespace: argocdNamespace, labels: { 'app.kubernetes.io/name': name } };
  const ports = [{ name: 'git', protocol: 'TCP', port: gitPort, targetPort: parsed.port }];
  if (!/^\d+(\.\d+){3}$/.test(parsed.host)) {
    return documents([
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ExternalName', externalName: parsed.host, ports } },
    ]);
  }
  const slice = { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/service-name': name } };
  return documents([
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: slice,
      addressType: 'IPv4',
      ports: [{ name: 'git', protocol: 'TCP', port: parsed.port }],
      endpoints: [{ addresses: [parsed.host], conditions: { ready: true } }],
    },
  ]);
}

// JSON is YAML, so no second writer is needed.
const documents = (objects: readonly object[]): string =>
  objects.map((object) => `${JSON.stringify(object, null, 2)}\n`).join('---\n');
