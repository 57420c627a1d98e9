import { createHash, createHmac } from 'node:crypto';

/** A request of the query protocol. */
export interface QueryRequest {
  readonly service: string;
  readonly region: string;
  /** `https://host[:port]`. */
  readonly endpoint: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Signs a read-only call with AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html): body and headers to send.
 */
export function signedQuery(
  { service, region, endpoint, parameters }: QueryRequest,
  { id, secret, token }: { readonly id: string; readonly secret: string; readonly token?: string },
  at: Date,
): { readonly url: string; readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const body = Object.keys(parameters)
    .sort()
    .map((key) => `${encoded(key)}=${encoded(parameters[key] ?? '')}`)
    .join('&');
  const host = new URL(endpoint).host;
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host,
    'x-amz-date': time,
    ...(token !== undefined && { 'x-amz-security-token': token }),
  };
  const names = Object.keys(headers).sort();
  const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), sha256(body)].join(
    '\n',
  );
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = mac(mac(mac(mac(`AWS4${secret}`, day), region), service), 'aws4_request');
  const signature = mac(key, toSign).toString('hex');
  const { host: _, ...sent } = headers;
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { url: `${endpoint}/`, body, headers: { ...sent, authorization } };
}
