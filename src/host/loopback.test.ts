import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePorts, openTunnel, serveFile } from './loopback.js';

const folder = mkdtempSync(join(tmpdir(), 'strata-loopback-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('free ports are different ones, and nobody listens on them', async () => {
  const ports = await freePorts(3);
  expect(new Set(ports).size).toBe(3);
  for (const port of ports) {
    const refused = await new Promise((resolve) => {
      connect(port, '127.0.0.1')
        .on('error', () => resolve(true))
        .on('connect', () => resolve(false));
    });
    expect(refused).toBe(true);
  }
});

test('a file is served until it is closed', async () => {
  writeFileSync(join(folder, 'tree'), 'leaves');
  const served = await serveFile(join(folder, 'tree'));
  const url = `http://127.0.0.1:${served.port}/any/path`;
  expect(await (await fetch(url)).text()).toBe('leaves');
  await served.close();
  await expect(fetch(url)).rejects.toThrow();
});

/** Opens a tunnel from within a folder, as a program that runs there would. */
const tunnel = (at: string, target: string): Promise<{ readonly status: number; readonly socket: Socket }> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: at, method: 'CONNECT', path: target });
    asked.on('connect', (response, socket) => resolve({ status: response.statusCode ?? 0, socket }));
    asked.on('error', reject);
    asked.end();
  });

test('a tunnel leads where it is told to and nowhere else, also from a folder whose path is long', async () => {
  const echo = createServer((socket) => socket.pipe(socket));
  const port = await new Promise<number>((resolve) =>
    echo.listen(0, '127.0.0.1', () => {
      const address = echo.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  const deep = join(folder, 'a'.repeat(60), 'b'.repeat(60));
  await mkdir(deep, { recursive: true });
  const open = await openTunnel(deep, 'socket', async (host, at) => (host === '10.96.0.7' && at === 443 ? port : undefined));
  const before = process.cwd();
  process.chdir(deep);
  try {
    const led = await tunnel('socket', '10.96.0.7:443');
    expect(led.status).toBe(200);
    const answer = new Promise((resolve) => led.socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    led.socket.write('hello');
    expect(await answer).toBe('hello');
    expect((await tunnel('socket', '10.96.0.7:80')).status).toBe(502);
    expect((await tunnel('socket', 'example.org:443')).status).toBe(502);
    const closed = new Promise((resolve) => led.socket.once('close', resolve));
    await open.close();
    await closed;
    await expect(tunnel('socket', '10.96.0.7:443')).rejects.toThrow();
  } finally {
    process.chdir(before);
    echo.close();
  }
});
