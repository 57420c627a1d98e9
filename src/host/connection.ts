import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { err, type HttpResponse, ok, type Result } from '../model/index.js';
import { noAnswer } from './errors.js';

/** One HTTPS server, and who we are to it. */
export interface Endpoint {
  /** `https://host:port`. */
  readonly base: string;
  /** PEM; trusts exactly this authority. */
  readonly ca: string;
  readonly token?: string;
  /** PEM of a client certificate with its key. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** One exchange over a connection. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** Connections to one server that are kept open between exchanges. */
export interface Connection {
  send(exchange: Exchange): Promise<Result<HttpResponse>>;
  /** Tells each line of an endless answer until it is closed; an answer that ends is asked for again. */
  follow(path: string, tell: (line: string) => void): () => void;
  close(): void;
}

/** How many exchanges run side by side; a server that has enough says so itself (429). */
const width = 64;

/** Opens connections as they are needed. */
export function openConnection({ base, ca, token, identity }: Endpoint): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: width, ca, ...identity });
  const known = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const followed = new Set<() => void>();
  return {
    close() {
      for (const end of followed) end();
      agent.destroy();
    },
    follow(path, tell) {
      const end = followLines(() => secureRequest(`${base}${path}`, { agent, headers: known }), tell);
      followed.add(end);
      return end;
    },
    send: ({ method, path, body, headers, deadlineMs = 30_000 }) =>
      new Promise((resolve) => {
        const url = `${base}${path}`;
        const failed = (error: unknown): void => resolve(err(noAnswer(url, error)));
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const asked = { method, agent, timeout: deadlineMs, headers: { ...known, ...length, ...headers } };
        const sent = secureRequest(url, asked, (message) => {
          const chunks: Buffer[] = [];
          message.on('data', (chunk: Buffer) => chunks.push(chunk));
          message.on('error', failed);
          message.on('end', () => resolve(ok(responseOf(message, Buffer.concat(chunks).toString('utf8')))));
        });
        sent.on('timeout', () => sent.destroy(new Error(`nothing within ${deadlineMs} ms`)));
        sent.on('error', failed);
        sent.end(body);
      }),
  };
}

const responseOf = (message: IncomingMessage, body: string): HttpResponse => ({
  status: message.statusCode ?? 0,
  headers: Object.fromEntries(Object.entries(message.headers).map(([key, value]) => [key, String(value)])),
  body,
});

/** Before an answer that ended is asked for again, in milliseconds. */
const againMs = 200;

function followLines(ask: () => ClientRequest, tell: (line: string) => void): () => void {
  let asked: ClientRequest | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const again = (): void => {
    if (isOver) return;
    clearTimeout(timer);
    timer = setTimeout(start, againMs);
  };
  const start = (): void => {
    asked = ask();
    asked.on('error', again);
    asked.on('response', (message: IncomingMessage) => {
      const decoder = new StringDecoder('utf8');
      let rest = '';
      message.on('data', (chunk: Buffer) => {
        const lines = `${rest}${decoder.write(chunk)}`.split('\n');
        rest = lines.pop() ?? '';
        if (message.statusCode === 200) for (const line of lines) tell(line);
      });
      message.on('error', again);
      message.on('end', again);
    });
    asked.end();
  };
  start();
  return () => {
    isOver = true;
    clearTimeout(timer);
    asked?.destroy();
  };
}
