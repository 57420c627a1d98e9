import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer as createWebServer, type Server as WebServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Where ports are looked for: below those that Linux gives to outgoing connections (net.ipv4.ip_local_port_range, from
 * 32768 where nobody changed it). A port from among those can be taken by any client before a program listens on it.
 */
const listening = { from: 15_000, count: 17_000 };
/** How many ports are tried before the machine counts as full. */
const attempts = 200;

/** Ports of loopback that nobody uses; free at this moment, and given to no outgoing connection afterwards. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = [];
  try {
    while (held.length < count) held.push(await listenSomewhere());
    return held.map(portOf);
  } finally {
    await Promise.all(held.map(close));
  }
}

async function listenSomewhere(): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = listening.from + Math.floor(Math.random() * listening.count);
    try {
      return await listen(createServer(), { host: '127.0.0.1', port });
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

/** Something that listens until it is closed. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves one file over HTTP on loopback, at any path. */
export async function serveFile(file: string): Promise<Listener> {
  const server = createWebServer((_request, response) => {
    const stream = createReadStream(file);
    stream.on('error', () => response.destroy());
    stream.pipe(response);
  });
  await listen(server, { host: '127.0.0.1', port: 0 });
  return { port: portOf(server), close: () => closeWeb(server) };
}

/** Where a tunnel leads: a port of loopback, or nowhere. */
export type Route = (host: string, port: number) => Promise<number | undefined>;

/**
 * An HTTP CONNECT proxy on the unix socket `name` in a folder; it leads only to loopback, and only where `route` says so;
 * the rest is refused at once.
 */
export async function openTunnel(folder: string, name: string, route: Route): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createWebServer();
  server.on('connect', (request, client: Socket) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client));
    client.on('error', () => client.destroy());
    void lead(request.url ?? '', client, route);
  });
  // A socket's path must fit into 107 bytes and projects lie deep, so the folder is named by its open handle.
  const handle = await open(folder);
  await listen(server, { path: `/proc/self/fd/${handle.fd}/${name}` });
  return {
    port: 0,
    async close() {
      await handle.close();
      for (const one of sockets) one.destroy();
      await closeWeb(server);
    },
  };
}

async function lead(target: string, client: Socket, route: Route): Promise<void> {
  const at = target.lastIndexOf(':');
  const port = await route(target.slice(0, at), Number(target.slice(at + 1)));
  if (port === undefined) {
    client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    return;
  }
  const onward = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    onward.pipe(client);
    client.pipe(onward);
  });
  onward.on('error', () => client.destroy());
  client.on('close', () => onward.destroy());
}

function listen<S extends Server | WebServer>(server: S, at: { host: string; port: number } | { path: string }): Promise<S> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => resolve(server));
  });
}

function portOf(server: Server | WebServer): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

async function closeWeb(server: WebServer): Promise<void> {
  server.closeAllConnections();
  await close(server);
}
