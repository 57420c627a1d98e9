import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestServer, testServer } from './machine.js';

/** A registry in memory. Its answers were recorded from Debian's docker-registry 2.8.2 (2026-11-24); test/e2e compares. */
export interface MemoryRegistry extends TestServer {
  /** By `repository/digest`. */
  readonly blobs: Map<string, Buffer>;
  /** By `repository:tag` and by `repository@digest`. */
  readonly manifests: Map<string, Buffer>;
}

/** What a registry may do wrong, or differently. */
export interface Oddities {
  /** Changes a body before it is sent. */
  readonly spoil?: (body: Buffer, path: string) => Buffer;
  /** Sends blobs from another path. */
  readonly redirect?: boolean;
  /** Wants this bearer token. */
  readonly token?: string;
  /** Reports this digest for manifests put. */
  readonly digest?: string;
}

export const sha256 = (body: Buffer | string): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;

/** Starts one on loopback. */
export async function memoryRegistry(odd: Oddities = {}): Promise<MemoryRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const server = await testServer((request, response) => {
    void handle({ request, response, odd, blobs, manifests });
  });
  return { ...server, blobs, manifests };
}

interface Handling {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly odd: Oddities;
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Buffer>;
}

async function handle(h: Handling): Promise<boolean> {
  const { request, response, odd } = h;
  const at = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (at.pathname === '/token') return send(response, 200, JSON.stringify({ token: odd.token }));
  if (at.pathname.startsWith('/elsewhere/')) {
    const key = at.pathname.slice('/elsewhere/'.length);
    return request.headers.authorization === undefined ? sendBlob(h, key, at.pathname) : send(response, 400, 'token leaked');
  }
  if (odd.token !== undefined && request.headers.authorization !== `Bearer ${odd.token}`) {
    response.setHeader('www-authenticate', `Bearer realm="http://${request.headers.host}/token",service="test"`);
    return send(response, 401, '{}');
  }
  const blob = /^\/v2\/(.+)\/blobs\/(sha256:[0-9a-f]{64})$/.exec(at.pathname);
  if (blob) return serveBlob(h, `${blob[1]}/${blob[2]}`, at.pathname);
  const upload = /^\/v2\/(.+)\/blobs\/uploads\/(.*)$/.exec(at.pathname);
  if (upload) return takeBlob(h, upload[1] ?? '', at, body);
  const manifest = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(at.pathname);
  if (manifest) return serveManifest(h, manifest[1] ?? '', manifest[2] ?? '', body);
  return send(response, 404, '');
}

function serveBlob(h: Handling, key: string, path: string): boolean {
  if (h.odd.redirect && h.request.method === 'GET') {
    h.response.setHeader('location', `/elsewhere/${key}`);
    return send(h.response, 307, '');
  }
  return sendBlob(h, key, path);
}

function sendBlob({ response, blobs, odd }: Handling, key: string, path: string): boolean {
  const found = blobs.get(key);
  if (found === undefined) return send(response, 404, '');
  return send(response, 200, odd.spoil?.(found, path) ?? found, found.length);
}

function takeBlob({ request, response, blobs }: Handling, repository: string, at: URL, body: Buffer): boolean {
  if (request.method === 'POST') {
    const [mount, from] = [at.searchParams.get('mount'), at.searchParams.get('from')];
    const held = mount === null ? undefined : blobs.get(`${from}/${mount}`);
    if (held !== undefined) {
      blobs.set(`${repository}/${mount}`, held);
      return send(response, 201, '');
    }
    response.setHeader('location', `http://${request.headers.host}/v2/${repository}/blobs/uploads/some-id?_state=x%3D`);
    return send(response, 202, '');
  }
  const digest = at.searchParams.get('digest') ?? '';
  if (at.searchParams.get('_state') !== 'x=' || sha256(body) !== digest) return send(response, 400, 'digest invalid');
  blobs.set(`${repository}/${digest}`, body);
  return send(response, 201, '');
}

function serveManifest(
  { request, response, manifests, blobs, odd }: Handling,
  repository: string,
  tag: string,
  body: Buffer,
): boolean {
  if (request.method === 'PUT') {
    const parsed = JSON.parse(body.toString());
    const missing = Array.isArray(parsed.manifests)
      ? parsed.manifests.some((part: { digest: string }) => !manifests.has(`${repository}:${part.digest}`))
      : [parsed.config, ...parsed.layers].some((part: { digest: string }) => !blobs.has(`${repository}/${part.digest}`));
    if (missing) return send(response, 400, '{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}');
    manifests.set(`${repository}:${tag}`, body);
    manifests.set(`${repository}:${sha256(body)}`, body);
    response.setHeader('docker-content-digest', odd.digest ?? sha256(body));
    return send(response, 201, '');
  }
  const found = manifests.get(`${repository}:${tag}`);
  if (found === undefined) return send(response, 404, '{}');
  response.setHeader('docker-content-digest', sha256(found));
  return send(response, 200, odd.spoil?.(found, 'manifest') ?? found);
}

function send(response: ServerResponse, status: number, body: string | Buffer, length?: number): boolean {
  response.statusCode = status;
  const bytes = Buffer.from(body);
  response.setHeader('content-length', String(length ?? bytes.length));
  response.write(bytes, () => {
    // A promised length that was not kept: the connection ends, as when a proxy dies.
    if (length !== undefined && length !== bytes.length) response.destroy();
    else response.end();
  });
  return true;
}
