import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from './http.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-http-'));
const signal = new AbortController().signal;
let server: Server;
let url: string;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.url === '/hang') return;
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
      return;
    }
    if (request.url === '/refuse') {
      response.writeHead(401, { connection: 'close' }).end('no');
      return;
    }
    const body = await bodyOf(request);
    response.writeHead(request.url === '/moved' ? 301 : 200, {
      'X-Method': request.method,
      'set-cookie': ['a=1', 'b=2'],
      location: '/',
    });
    response.end(
      request.method === 'HEAD'
        ? undefined
        : JSON.stringify({
            body: body.length > 100 ? body.length : body,
            length: request.headers['content-length'],
            auth: request.headers.authorization,
          }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test('texts and headers go there and back', async () => {
  const put = await exchange({ method: 'PUT', url, body: 'grün', headers: { authorization: 'Bearer x' } }, signal);
  expect(put).toMatchObject({ ok: true, value: { status: 200, headers: { 'x-method': 'PUT', 'set-cookie': 'a=1, b=2' } } });
  expect(put.ok && JSON.parse(put.value.body)).toEqual({ body: 'grün', length: '5', auth: 'Bearer x' });
  expect(await exchange({ method: 'HEAD', url }, signal)).toMatchObject({ value: { status: 200, body: '' } });
  expect(await exchange({ method: 'GET', url: `${url}/moved` }, signal)).toMatchObject({
    value: { status: 301, headers: { location: '/' } },
  });
});

test('a file is streamed with its length', async () => {
  const file = join(folder, 'big');
  writeFileSync(file, Buffer.alloc(5 << 20, 'x'));
  const sent = await exchange({ method: 'POST', url, body: { file } }, signal);
  expect(sent.ok && JSON.parse(sent.value.body)).toMatchObject({ body: 5 << 20, length: String(5 << 20) });
  expect(await exchange({ method: 'POST', url: `${url}/refuse`, body: { file } }, signal)).toMatchObject({
    ok: true,
    value: { status: 401 },
  });
  expect(await exchange({ method: 'POST', url, body: { file: join(folder, 'none') } }, signal)).toMatchObject({
    ok: false,
    error: { kind: 'invalid' },
  });
});

test('an answer can be streamed to a file', async () => {
  const into = join(folder, 'saved');
  expect(await exchange({ method: 'PUT', url, body: 'x', into }, signal)).toMatchObject({
    ok: true,
    value: { status: 200, body: '' },
  });
  expect(JSON.parse(readFileSync(into, 'utf8'))).toMatchObject({ body: 'x' });
  expect(await exchange({ method: 'GET', url: `${url}/cut`, into }, signal)).toMatchObject({
    ok: false,
    error: { kind: 'network' },
  });
});

test('nothing answering, in time or in full, is a network failure that names the address', async () => {
  for (const request of [
    { url: 'http://127.0.0.1:1/' },
    { url: `${url}/hang`, deadlineMs: 50 },
    { url: `${url}/cut` },
    { url: 'https://127.0.0.1:1/', ca: 'no certificate' },
    { url: 'not an address' },
  ]) {
    const result = await exchange({ method: 'GET', ...request }, signal);
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'network', diagnostic: { message: expect.stringContaining(request.url) } },
    });
  }
});

test('an abort ends it', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 20);
  expect(await exchange({ method: 'GET', url: `${url}/hang` }, abort.signal)).toMatchObject({
    ok: false,
    error: { kind: 'cancelled' },
  });
});
