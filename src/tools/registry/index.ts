import type { Command, HttpResponse, ReadWorld, Result } from '../../model/index.js';
import { ok } from '../../model/index.js';

/** Where docker-registry (the distribution project's server, 2.8) listens and stores. */
export interface RegistryConfig {
  /** Folder of blobs and manifests; survives the server. */
  readonly storage: string;
  /** `address:port`, plain HTTP. */
  readonly listen: string;
}

const yamlString = (value: string): string => JSON.stringify(value);

/** Its configuration file. */
export function registryConfig({ storage, listen }: RegistryConfig): string {
  return [
    'version: 0.1',
    'log: { level: warn, accesslog: { disabled: true } }',
    'storage:',
    `  filesystem: { rootdirectory: ${yamlString(storage)} }`,
    '  delete: { enabled: true }',
    // Leftovers of interrupted uploads are small and go with the cache; sweeping at start would race a running push.
    '  maintenance: { uploadpurging: { enabled: false } }',
    'http:',
    `  addr: ${yamlString(listen)}`,
    // One server only: a secret shared between servers has no use, but its absence is logged as a warning.
    '  secret: single-server',
    '',
  ].join('\n');
}

/** The server's argv; `executable` is an absolute path where it is run through another program. */
export const registryCommand = (executable: string, config: string): Pick<Command, 'tool' | 'args'> => ({
  tool: executable,
  args: ['serve', config],
});

/** Whether a registry answers at `host:port`. */
export async function registryAnswers(w: ReadWorld, address: string): Promise<Result<boolean>> {
  const response: Result<HttpResponse> = await w.get({ url: `http://${address}/v2/`, deadlineMs: 2_000 });
  if (response.ok) return ok(response.value.status === 200);
  return response.error.kind === 'network' || response.error.kind === 'timeout' ? ok(false) : response;
}

/** Whether a registry answers for a tag, whatever kind of manifest it is. */
export async function registryHolds(w: ReadWorld, address: string, name: string, tag: string): Promise<Result<boolean>> {
  const accept = [
    'oci.image.index.v1',
    'oci.image.manifest.v1',
    'docker.distribution.manifest.list.v2',
    'docker.distribution.manifest.v2',
  ]
    .map((kind) => `application/vnd.${kind}+json`)
    .join(', ');
  const url = `http://${address}/v2/${name}/manifests/${tag}`;
  const answer = await w.get({ method: 'HEAD', url, headers: { accept }, deadlineMs: 10_000 });
  return answer.ok ? ok(answer.value.status === 200) : answer;
}
