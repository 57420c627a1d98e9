import { join } from 'node:path';
import type { Digest, Failure, HttpResponse, OciImage, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';
import type { Descriptor, Manifest } from './layout.js';
import { addFile, addText, blobFile, layoutDir, mediaTypes, parseJson, parseManifest, textDigest } from './layout.js';
import { parseReference, type Reference } from './reference.js';

/** An image to be copied from where its makers publish it. */
export interface Upstream {
  readonly ref: string;
  /** Of the manifest or of the index over several architectures; nothing unpinned is copied. */
  readonly digest: Digest;
  /** As OCI names it, e.g. `amd64`. */
  readonly architecture: string;
}

const accepted = [
  mediaTypes.manifest,
  mediaTypes.index,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** Copies one architecture of an image into the cache's layout; every byte is checked against its digest. */
export async function copyUpstream(w: World, upstream: Upstream): Promise<Result<OciImage>> {
  const reference = parseReference(upstream.ref);
  if (!reference.ok) return reference;
  const source = await open(w, reference.value);
  if (!source.ok) return source;
  const chosen = await chooseManifest(w, source.value, upstream);
  if (!chosen.ok) return chosen;
  for (const part of [chosen.value.manifest.config, ...chosen.value.manifest.layers]) {
    const copied = await copyBlob(w, source.value, part);
    if (!copied.ok) return copied;
  }
  const kept = await addText(w, chosen.value.manifest.mediaType, chosen.value.text);
  return kept.ok ? ok({ ref: upstream.ref, digest: kept.value.digest }) : kept;
}

/** A repository that answers: its base address and the token it asked for. */
interface Source {
  readonly base: string;
  readonly authorization?: string;
}

async function open(w: World, reference: Reference): Promise<Result<Source>> {
  // Only a registry on this very machine may speak plain HTTP.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(reference.host) ? 'http' : 'https';
  const base = `${scheme}://${reference.host}/v2/${reference.path}`;
  const probe = await w.get({ method: 'HEAD', url: `${base}/manifests/${reference.tag}`, headers: { accept: accepted } });
  if (!probe.ok) return probe;
  if (probe.value.status !== 401) return ok({ base });
  const challenge = parseChallenge(probe.value.headers['www-authenticate'] ?? '');
  if (challenge === undefined) return err(refused(base, probe.value));
  const realm = new URL(challenge.realm);
  if (realm.protocol !== 'https:' && scheme === 'https') return err(refused(challenge.realm, probe.value));
  if (challenge.service !== undefined) realm.searchParams.set('service', challenge.service);
  realm.searchParams.set('scope', `repository:${reference.path}:pull`);
  const answer = await w.get({ url: realm.href });
  if (!answer.ok) return answer;
  const token = tokenOf(answer.value.body);
  return token === undefined ? err(refused(realm.origin, answer.value)) : ok({ base, authorization: `Bearer ${token}` });
}

/** Parts of a `WWW-Authenticate: Bearer realm="…",service="…"` header. */
export function parseChallenge(header: string): { readonly realm: string; readonly service?: string } | undefined {
  if (!/^bearer /i.test(header)) return undefined;
  const parts = Object.fromEntries([...header.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  if (parts.realm === undefined || !URL.canParse(parts.realm)) return undefined;
  return { realm: parts.realm, ...(parts.service === undefined ? {} : { service: parts.service }) };
}

function tokenOf(body: string): string | undefined {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null) return undefined;
  if ('token' in value && typeof value.token === 'string') return value.token;
  return 'access_token' in value && typeof value.access_token === 'string' ? value.access_token : undefined;
}

async function chooseManifest(
  w: World,
  source: Source,
  upstream: Upstream,
): Promise<Result<{ text: string; manifest: Manifest }>> {
  const first = await fetchManifest(w, source, upstream.digest);
  if (!first.ok) return first;
  const direct = parseManifest(first.value);
  if (direct !== undefined) return ok({ text: first.value, manifest: direct });
  const digest = digestFor(first.value, upstream.architecture);
  if (digest === undefined) return err(noArchitecture(upstream));
  const second = await fetchManifest(w, source, digest);
  if (!second.ok) return second;
  const manifest = parseManifest(second.value);
  return manifest === undefined ? err(noArchitecture(upstream)) : ok({ text: second.value, manifest });
}

function digestFor(index: string, architecture: string): Digest | undefined {
  const value = parseJson(index);
  if (typeof value !== 'object' || value === null || !('manifests' in value) || !Array.isArray(value.manifests)) return undefined;
  const entries: readonly unknown[] = value.manifests;
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null || !('platform' in entry) || !('digest' in entry)) continue;
    const { platform, digest } = entry;
    if (typeof platform !== 'object' || platform === null || !('architecture' in platform) || !('os' in platform)) continue;
    if (platform.architecture === architecture && platform.os === 'linux' && typeof digest === 'string') return digest as Digest;
  }
  return undefined;
}

async function fetchManifest(w: World, source: Source, digest: Digest): Promise<Result<string>> {
  const at = `${source.base}/manifests/${digest}`;
  const answer = await w.get({ url: at, headers: { accept: accepted, ...authorization(source) } });
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return err(refused(at, answer.value));
  return textDigest(answer.value.body) === digest ? ok(answer.value.body) : err(wrong(at, digest));
}

async function copyBlob(w: World, source: Source, part: Descriptor): Promise<Result<void>> {
  if ((await w.stat(blobFile(w.paths.cache, part.digest)))?.size === part.size) return ok(undefined);
  const incoming = join(layoutDir(w.paths.cache), 'incoming', part.digest.replace(':', '-'));
  const folder = await w.makeDirectory(join(layoutDir(w.paths.cache), 'incoming'));
  if (!folder.ok) return folder;
  const at = `${source.base}/blobs/${part.digest}`;
  const answer = await fetchInto(w, at, authorization(source), incoming);
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return err(refused(at, answer.value));
  if ((await w.digest(incoming)) !== part.digest) {
    await w.remove(incoming);
    return err(wrong(at, part.digest));
  }
  const added = await addFile(w, part.mediaType, incoming);
  return added.ok ? ok(undefined) : added;
}

/** Registries keep blobs elsewhere; the token stays with the registry that gave it. */
async function fetchInto(w: World, url: string, headers: Record<string, string>, into: string): Promise<Result<HttpResponse>> {
  const first = await w.request({ method: 'GET', url, headers, into, deadlineMs: 1_800_000 });
  if (!first.ok) return first;
  const { location } = first.value.headers;
  const moved = first.value.status >= 300 && first.value.status < 400 && location !== undefined && URL.canParse(location, url);
  if (!moved) return first;
  const target = new URL(location, url);
  if (url.startsWith('https:') && target.protocol !== 'https:') return err(refused(target.href, first.value));
  return w.request({ method: 'GET', url: target.href, into, deadlineMs: 1_800_000 });
}

const authorization = (source: Source): Record<string, string> =>
  source.authorization === undefined ? {} : { authorization: source.authorization };

const refused = (at: string, answer: HttpResponse): Failure =>
  failure('network', 'OCI-UPSTREAM-REFUSED', `${at} answered ${answer.status}.`, {
    say: 'Check the reference and that this network reaches the registry.',
  });

const wrong = (at: string, digest: Digest): Failure =>
  failure('corrupt', 'OCI-UPSTREAM-DIGEST', `${at} did not send the bytes of ${digest}.`, {
    say: 'Do not use it: the registry or something before it changed the content. Compare the pinned digest with its makers.',
  });

const noArchitecture = (upstream: Upstream): Failure =>
  failure('invalid', 'OCI-NO-ARCHITECTURE', `${upstream.ref} has no image for linux/${upstream.architecture}.`, {
    say: 'Pin an image that is made for this machine.',
  });
