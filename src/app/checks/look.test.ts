import { createServer as createHttpServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Probe } from '../../preflight/index.js';
import type { Opened } from '../definition-of.js';
import { openSite } from '../site.js';
import { createLooker, type Looker } from './look.js';

// Real sockets of loopback: what is told is what was seen.
const project = mkdtempSync(join(tmpdir(), 'strata-look-'));
let looker: Looker;
let http: Server;
let port = 0;
let closedPort = 0;

beforeAll(async () => {
  const site = await openSite(project, 'local');
  if (!site.ok) throw new Error(site.error.diagnostic.message);
  looker = createLooker(
    { site: site.value, spec: { platform: 'p', environment: 'local', components: [] }, sources: new Map() } as Opened,
    [],
  );
  http = createHttpServer((request, response) => {
    const open = request.headers.authorization === `Basic ${Buffer.from('admin:admin').toString('base64')}`;
    response.statusCode = open ? 200 : 401;
    if (request.url === '/late') response.setHeader('date', new Date(Date.now() - 120_000).toUTCString());
    response.end();
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  port = (http.address() as AddressInfo).port;
  const spare = createServer();
  await new Promise<void>((done) => spare.listen(0, '127.0.0.1', done));
  closedPort = (spare.address() as AddressInfo).port;
  await new Promise((done) => spare.close(done));
  writeFileSync(join(project, 'key'), 'x', { mode: 0o600 });
  writeFileSync(join(project, 'open-key'), 'x', { mode: 0o644 });
});
afterAll(async () => {
  await new Promise((done) => http.close(done));
  rmSync(project, { recursive: true });
});

const look = (probe: Probe) => looker.look(probe, undefined);

describe('a probe', () => {
  it('reads facts of this host', async () => {
    expect(await look({ fact: 'system', equals: 'Linux' })).toEqual({ met: true, saw: 'system is Linux' });
    expect(await look({ fact: 'cpus', atLeast: 100_000 })).toMatchObject({ met: false });
    expect(await look({ fact: 'no-such-fact' })).toMatchObject({ met: undefined });
  });
  it('tells an open port from a closed one', async () => {
    expect(await look({ tcp: `127.0.0.1:${port}` })).toMatchObject({ met: true });
    expect(await look({ tcp: `127.0.0.1:${closedPort}` })).toEqual({ met: false, saw: `127.0.0.1:${closedPort}: ECONNREFUSED` });
    expect(await look({ tcp: `127.0.0.1:${closedPort}`, closed: true })).toMatchObject({ met: true });
    expect(await look({ tcp: 'nowhere' })).toMatchObject({ met: undefined });
  });
  it('finds a default password that still opens', async () => {
    const basic = { http: `http://127.0.0.1:${port}/`, status: [401, 403] };
    expect(await look({ ...basic, basic: 'admin:admin' })).toMatchObject({ met: false });
    expect(await look({ ...basic, basic: 'admin:other' })).toMatchObject({ met: true });
    expect(await look({ http: `http://127.0.0.1:${closedPort}/`, status: [200] })).toMatchObject({ met: undefined });
  });
  it('compares clocks', async () => {
    expect(await look({ clock: `http://127.0.0.1:${port}/`, seconds: 5 })).toMatchObject({ met: true });
    expect(await look({ clock: `http://127.0.0.1:${port}/late`, seconds: 5 })).toMatchObject({ met: false });
  });
  it('compares ranges, files and names', async () => {
    expect(await look({ apart: ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.1'] })).toMatchObject({ met: true });
    expect(await look({ apart: ['10.0.0.0/8', '10.1.2.3'] })).toEqual({ met: false, saw: '10.0.0.0/8 and 10.1.2.3 overlap' });
    expect(await look({ apart: ['10.0.0.0/8', 'x'] })).toMatchObject({ met: undefined });
    expect(await look({ apart: ['10.0.0.0/8', ''] })).toMatchObject({
      met: undefined,
      saw: expect.stringContaining('only once'),
    });
    expect(await look({ tcp: '127.0.0.1:1:443' })).toMatchObject({ met: false, saw: '127.0.0.1:1:443: ECONNREFUSED' });
    expect(await look({ tls: '127.0.0.1:1', days: 1, authority: 'absent' })).toMatchObject({
      met: undefined,
      saw: 'absent cannot be read',
    });
    expect(await look({ file: 'key', private: true })).toMatchObject({ met: true });
    expect(await look({ file: 'open-key', private: true })).toMatchObject({ met: false, saw: 'open-key is there, mode 644' });
    expect(await look({ file: 'absent' })).toMatchObject({ met: false });
    expect(await look({ dns: 'localhost' })).toMatchObject({ met: true });
    expect(await look({ tls: `127.0.0.1:${port}`, days: 30 })).toMatchObject({ met: undefined });
  });
});
