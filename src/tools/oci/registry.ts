import type { Digest, Failure, HttpResponse, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';
import type { Descriptor } from './layout.js';
import { blobFile, mediaTypes } from './layout.js';

/** A repository of a registry that speaks plain HTTP on a private network. */
export interface Repository {
  /** `host:port`. */
  readonly registry: string;
  /** Name without slashes at the ends. */
  readonly name: string;
}

const url = (repo: Repository, rest: string): string => `http://${repo.registry}/v2/${repo.name}/${rest}`;

const blobDeadline = 600_000;

/** Digest that a tag (or digest) resolves to; `undefined` where the registry does not have it. */
export async function headManifest(r: ReadWorld, repo: Repository, tag: string): Promise<Result<Digest | undefined>> {
  const at = url(repo, `manifests/${tag}`);
  const answer = await r.get({ method: 'HEAD', url: at, headers: { accept: mediaTypes.manifest } });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(undefined);
  if (answer.value.status !== 200) return err(refused('HEAD', at, answer.value));
  const digest = answer.value.headers['docker-content-digest'];
  return digest === undefined ? err(refused('HEAD', at, answer.value)) : ok(digest as Digest);
}

/** Uploads a blob from the layout unless the registry has it. */
export async function pushBlob(w: World, repo: Repository, part: Descriptor): Promise<Result<void>> {
  const at = url(repo, `blobs/${part.digest}`);
  const there = await w.get({ method: 'HEAD', url: at });
  if (!there.ok) return there;
  if (there.value.status === 200) return ok(undefined);
  if (there.value.status !== 404) return err(refused('HEAD', at, there.value));
  const begun = await w.request({ method: 'POST', url: url(repo, 'blobs/uploads/'), headers: { 'content-length': '0' } });
  if (!begun.ok) return begun;
  const location = begun.value.headers.location;
  if (begun.value.status !== 202 || location === undefined) return err(refused('POST', url(repo, 'blobs/uploads/'), begun.value));
  const target = new URL(location, `http://${repo.registry}`);
  target.searchParams.set('digest', part.digest);
  const sent = await w.request({
    method: 'PUT',
    url: target.href,
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(part.size) },
    body: { file: blobFile(w.paths.cache, part.digest) },
    deadlineMs: blobDeadline,
  });
  if (!sent.ok) return sent;
  return sent.value.status === 201 ? ok(undefined) : err(refused('PUT', at, sent.value));
}

/** Uploads a manifest under a tag; its blobs must be there. Returns the digest the registry gives it. */
export async function pushManifest(w: World, repo: Repository, tag: string, text: string): Promise<Result<Digest | undefined>> {
  const at = url(repo, `manifests/${tag}`);
  const answer = await w.request({ method: 'PUT', url: at, headers: { 'content-type': mediaTypes.manifest }, body: text });
  if (!answer.ok) return answer;
  if (answer.value.status !== 201) return err(refused('PUT', at, answer.value));
  return ok(answer.value.headers['docker-content-digest'] as Digest | undefined);
}

/** Text of a manifest; `undefined` where the registry does not have it. */
export async function getManifest(r: ReadWorld, repo: Repository, tag: string): Promise<Result<string | undefined>> {
  const at = url(repo, `manifests/${tag}`);
  const answer = await r.get({ url: at, headers: { accept: `${mediaTypes.manifest}, ${mediaTypes.index}` } });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(undefined);
  return answer.value.status === 200 ? ok(answer.value.body) : err(refused('GET', at, answer.value));
}

/** Address of a blob that anyone on the network may fetch. */
export const blobUrl = (repo: Repository, digest: Digest): string => url(repo, `blobs/${digest}`);

function refused(method: string, at: string, answer: HttpResponse): Failure {
  return failure(
    'tool-failed',
    'OCI-REGISTRY-REFUSED',
    `${method} ${at} answered ${answer.status}: ${answer.body.slice(0, 300)}`,
    {
      say: "See the registry's own log in the environment's log folder.",
    },
  );
}
