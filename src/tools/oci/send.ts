import type { Digest, Failure, HttpResponse, ReadWorld, Result, World } from '../../model/index.js';
import { err, failure, ok } from '../../model/index.js';
import type { Repository } from './registry.js';

/** A part of a file that holds, alone or with others, the bytes of a blob. */
export interface BlobPiece {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Bytes that go in one request: a broken connection costs no more than these. */
const largestRequest = 64 * 1024 * 1024;
const deadlineMs = 600_000;
const attempts = 4;

const at = (repo: Repository, rest: string): string => `http://${repo.registry}/v2/${repo.name}/${rest}`;

/** Digest behind a tag or digest of any kind of manifest; `undefined` where the registry does not have it. */
export async function manifestDigest(
  r: ReadWorld,
  repo: Repository,
  reference: string,
  mediaType: string,
): Promise<Result<Digest | undefined>> {
  const url = at(repo, `manifests/${reference}`);
  const answer = await r.get({ method: 'HEAD', url, headers: { accept: mediaType } });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(undefined);
  if (answer.value.status !== 200) return err(refused('HEAD', url, answer.value));
  return ok(answer.value.headers['docker-content-digest'] as Digest | undefined);
}

/** Whether a repository has a blob. */
export async function hasBlob(r: ReadWorld, repo: Repository, digest: Digest): Promise<Result<boolean>> {
  const url = at(repo, `blobs/${digest}`);
  const answer = await r.get({ method: 'HEAD', url });
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(false);
  return answer.value.status === 200 ? ok(true) : err(refused('HEAD', url, answer.value));
}

/** Takes a blob over from another repository of the same registry; false where the registry would have it sent. */
export async function mountBlob(w: World, repo: Repository, digest: Digest, from: Repository): Promise<Result<boolean>> {
  const url = at(repo, `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from.name)}`);
  const answer = await w.request({ method: 'POST', url, headers: { 'content-length': '0' } });
  if (!answer.ok) return answer;
  if (answer.value.status === 201) return ok(true);
  if (answer.value.status !== 202) return err(refused('POST', url, answer.value));
  const { location } = answer.value.headers;
  // The registry began an upload instead; it must not lie around.
  if (location !== undefined) await w.request({ method: 'DELETE', url: new URL(location, url).href });
  return ok(false);
}

/** Sends a blob; after a broken connection it asks how far it came, and goes on there. */
export async function sendBlob(
  w: World,
  repo: Repository,
  part: { readonly digest: Digest; readonly size: number },
  pieces: readonly BlobPiece[],
): Promise<Result<void>> {
  const url = at(repo, 'blobs/uploads/');
  const begun = await w.request({ method: 'POST', url, headers: { 'content-length': '0' } });
  if (!begun.ok) return begun;
  let location = locationOf(begun.value, url);
  if (begun.value.status !== 202 || location === undefined) return err(refused('POST', url, begun.value));
  const requests = requestsOf(pieces);
  const [only] = requests;
  if (requests.length <= 1) return finish(w, location, part.digest, only);
  let done = 0;
  for (let failed = 0; done < part.size; ) {
    const next = pieceAt(pieces, done);
    const sent = await w.request({
      method: 'PATCH',
      url: location,
      headers: { 'content-type': 'application/octet-stream', 'content-range': `${done}-${done + next.length - 1}` },
      body: next,
      deadlineMs,
    });
    if (sent.ok && sent.value.status === 202) {
      location = locationOf(sent.value, url) ?? location;
      done += next.length;
      continue;
    }
    failed += 1;
    const came: Result<{ location: string; done: number } | undefined> = await progress(w, location, url);
    if (failed >= attempts || !came.ok || came.value === undefined)
      return sent.ok ? err(refused('PATCH', location, sent.value)) : sent;
    ({ location, done } = came.value);
  }
  return finish(w, location, part.digest, undefined);
}

/** Pieces no larger than one request. */
function requestsOf(pieces: readonly BlobPiece[]): readonly BlobPiece[] {
  return pieces.flatMap((piece) =>
    Array.from({ length: Math.ceil(piece.length / largestRequest) }, (_, i) => ({
      file: piece.file,
      offset: piece.offset + i * largestRequest,
      length: Math.min(largestRequest, piece.length - i * largestRequest),
    })),
  );
}

/** What comes after so many bytes of a blob, no larger than one request. */
function pieceAt(pieces: readonly BlobPiece[], done: number): BlobPiece {
  let start = 0;
  for (const { file, offset, length } of pieces) {
    if (done < start + length) {
      const into = done - start;
      return { file, offset: offset + into, length: Math.min(largestRequest, length - into) };
    }
    start += length;
  }
  throw new Error('a blob has fewer bytes than its size says');
}

async function progress(
  w: World,
  location: string,
  base: string,
): Promise<Result<{ location: string; done: number } | undefined>> {
  await w.pause(500);
  const answer = await w.get({ url: location });
  if (!answer.ok) return answer;
  const last = /^0-(\d+)$/.exec(answer.value.headers.range ?? '')?.[1];
  if (answer.value.status !== 204 || last === undefined) return ok(undefined);
  // A registry that has nothing says 0-0, as does one that has a single byte; that byte may be sent twice only from the start.
  const done = last === '0' ? 0 : Number(last) + 1;
  return ok({ location: locationOf(answer.value, base) ?? location, done });
}

async function finish(w: World, location: string, digest: Digest, piece: BlobPiece | undefined): Promise<Result<void>> {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  const answer = await w.request({
    method: 'PUT',
    url: url.href,
    headers: { 'content-type': 'application/octet-stream' },
    body: piece ?? '',
    deadlineMs,
  });
  if (!answer.ok) return answer;
  return answer.value.status === 201 ? ok(undefined) : err(refused('PUT', url.href, answer.value));
}

/** Puts a manifest under a tag or its digest; all it names must be there. The registry must give it the digest it has. */
export async function sendManifest(
  w: World,
  repo: Repository,
  manifest: { readonly reference: string; readonly mediaType: string; readonly text: string; readonly digest: Digest },
): Promise<Result<void>> {
  const url = at(repo, `manifests/${manifest.reference}`);
  const answer = await w.request({ method: 'PUT', url, headers: { 'content-type': manifest.mediaType }, body: manifest.text });
  if (!answer.ok) return answer;
  if (answer.value.status !== 201) return err(refused('PUT', url, answer.value));
  const stored = answer.value.headers['docker-content-digest'];
  return stored === undefined || stored === manifest.digest ? ok(undefined) : err(changed(url, manifest.digest, stored));
}

const locationOf = ({ headers }: HttpResponse, base: string): string | undefined =>
  headers.location === undefined || !URL.canParse(headers.location, base) ? undefined : new URL(headers.location, base).href;

const refused = (method: string, url: string, answer: HttpResponse): Failure =>
  failure('network', 'OCI-SEND-REFUSED', `${method} ${url} answered ${answer.status}: ${answer.body.slice(0, 300)}`, {
    say: "See the registry's own log; what was sent stays, so run the same command again.",
  });

const changed = (url: string, sent: string, stored: string): Failure =>
  failure('corrupt', 'OCI-SEND-CHANGED', `The registry stored ${url} as ${stored}, but ${sent} was sent.`, {
    say: 'Look for a proxy between this machine and the registry, then run again.',
  });
