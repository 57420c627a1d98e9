import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import process from 'node:process';
import { connect as connectSecurely } from 'node:tls';

/** Looks at the network from this host, for checks; sends nothing beyond what looking takes. */
const patienceMs = 5_000;

const said = (error: unknown): string =>
  error instanceof Error ? ('code' in error && String(error.code)) || error.message : String(error);

/** Whether something takes connections; else why not. */
export const connects = (host: string, port: number): Promise<{ readonly open: boolean; readonly saw: string }> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (open: boolean, saw: string): void => {
      socket.destroy();
      resolve({ open, saw });
    };
    socket.once('connect', () => end(true, 'takes connections'));
    socket.once('timeout', () => end(false, `no answer within ${patienceMs / 1000} s`));
    socket.once('error', (error) => end(false, said(error)));
  });

/** Addresses of a name, as the system resolves it; empty where it has none. */
export async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

/** What a TLS server presents, as the system's own authorities judge it, or the one that was given. */
export interface Presented {
  readonly trusted: boolean;
  /** Why not, in OpenSSL's words; empty where trusted. */
  readonly reason: string;
  /** Undefined where nothing was presented. */
  readonly until?: Date;
}

/** Asks for a server's certificate chain; nothing is sent over it. `authority` (PEM) is trusted instead of the system's. */
export const presentedBy = (host: string, port: number, authority?: string): Promise<Presented> =>
  new Promise((resolve) => {
    const socket = connectSecurely({
      host,
      port,
      rejectUnauthorized: false,
      timeout: patienceMs,
      // An address is no name that a server could be asked for.
      ...(isIP(host) === 0 && { servername: host }),
      ...(authority !== undefined && { ca: authority }),
    });
    const end = (presented: Presented): void => {
      socket.destroy();
      resolve(presented);
    };
    socket.once('secureConnect', () => {
      const until = new Date(socket.getPeerCertificate().valid_to);
      const reason = socket.authorized ? '' : String(socket.authorizationError);
      end({ trusted: socket.authorized, reason, ...(!Number.isNaN(until.getTime()) && { until }) });
    });
    socket.once('timeout', () => end({ trusted: false, reason: 'no answer' }));
    socket.once('error', (error) => end({ trusted: false, reason: said(error) }));
  });

/** An answer over HTTP; nothing where none came. */
export interface Asked {
  readonly status: number;
  readonly date?: Date;
  readonly body: string;
}

/** Longest answer that is read. */
const longest = 4 * 2 ** 20;

/** Asks over HTTP or HTTPS without following redirects. */
export async function askOver(
  url: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Asked | { readonly why: string }> {
  try {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
      ...(body !== undefined && { body }),
    });
    const date = new Date(answer.headers.get('date') ?? '');
    const text = (await answer.text()).slice(0, longest);
    return { status: answer.status, body: text, ...(!Number.isNaN(date.getTime()) && { date }) };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { why: said(cause) };
  }
}

/** Credentials of AWS that the user's environment holds; never printed. */
export interface AwsCredentials {
  readonly id: string;
  readonly secret: string;
  readonly token?: string;
}

/** Those of the environment, as every AWS tool reads them. */
export function awsCredentials(): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  if (!id || !secret) return undefined;
  return { id, secret, ...(token ? { token } : {}) };
}
