import { Agent, request as secureRequest } from 'node:https';
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
  close(): void;
}

/** How many exchanges run side by side; a server that has enough says so itself (429). */
const width = 64;

/** Opens connections as they are needed. */
export function openConnection({ base, ca, token, identity }: Endpoint): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: width, ca, ...identity });
  return {
    close: () => agent.destroy(),
    send: ({ method, path, body, headers, deadlineMs = 30_000 }) =>
      new Promise((resolve) => {
        const url = `${base}${path}`;
        const failed = (error: unknown): void => resolve(err(noAnswer(url, error)));
        const sent = secureRequest(
          url,
          {
            method,
            agent,
            timeout: deadlineMs,
            headers: {
              accept: 'application/json',
              ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
              ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
              ...headers,
            },
          },
          (message) => {
            const chunks: Buffer[] = [];
            message.on('data', (chunk: Buffer) => chunks.push(chunk));
            message.on('error', failed);
            message.on('end', () =>
              resolve(
                ok({
                  status: message.statusCode ?? 0,
                  headers: Object.fromEntries(Object.entries(message.headers).map(([key, value]) => [key, String(value)])),
                  body: Buffer.concat(chunks).toString('utf8'),
                }),
              ),
            );
          },
        );
        sent.on('timeout', () => sent.destroy(new Error(`nothing within ${deadlineMs} ms`)));
        sent.on('error', failed);
        sent.end(body);
      }),
  };
}
