import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { err, type HttpRequest, type HttpResponse, ok, type Result } from '../model/index.js';
import { noAnswer, pathFailed, requestCancelled } from './errors.js';

/** Milliseconds for a whole exchange where the request names none. */
const defaultDeadlineMs = 30_000;
/** Bytes of a response that are read; what is larger is not fetched through this. */
const largestBody = 64 * 1024 * 1024;

/** One exchange. Redirects are returned, not followed; nothing answering is a failure of kind `network`. */
export async function exchange(request: HttpRequest, signal: AbortSignal): Promise<Result<HttpResponse>> {
  const deadlineMs = request.deadlineMs ?? defaultDeadlineMs;
  const deadline = AbortSignal.timeout(deadlineMs);
  const ended = AbortSignal.any([signal, deadline]);
  try {
    const size = await bodySize(request);
    if (!size.ok) return size;
    const sent = send(request, size.value, ended);
    const answered = answer(sent);
    writeBody(sent, request);
    const message = await answered;
    const status = message.statusCode ?? 0;
    const saved = request.into !== undefined && status >= 200 && status < 300;
    const body = saved ? await saveBody(message, request.into) : await readBody(message);
    return ok({ status, headers: headersOf(message), body });
  } catch (error) {
    if (signal.aborted) return err(requestCancelled(request.url));
    return err(noAnswer(request.url, deadline.aborted ? new Error(`nothing within ${deadlineMs} ms`) : error));
  }
}

async function bodySize({ body }: HttpRequest): Promise<Result<number | undefined>> {
  if (body === undefined) return ok(undefined);
  if (typeof body === 'string') return ok(Buffer.byteLength(body));
  if (body.length !== undefined) return ok(body.length);
  try {
    return ok((await stat(body.file)).size);
  } catch (error) {
    return err(pathFailed('send', body.file, error));
  }
}

function send(request: HttpRequest, size: number | undefined, signal: AbortSignal): ClientRequest {
  const headers = { ...request.headers, ...(size !== undefined && { 'content-length': String(size) }) };
  const options = { method: request.method, headers, signal, agent: false as const };
  return request.url.startsWith('https:')
    ? secureRequest(request.url, { ...options, ...(request.ca !== undefined && { ca: request.ca }) })
    : plainRequest(request.url, options);
}

function answer(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
  });
}

/** Does not wait: a server may answer before it has read all, e.g. to refuse. */
function writeBody(sent: ClientRequest, { body }: HttpRequest): void {
  if (typeof body !== 'object') {
    sent.end(body);
    return;
  }
  const { offset: start = 0, length } = body;
  if (length === 0) {
    sent.end();
    return;
  }
  const file = createReadStream(body.file, { start, ...(length !== undefined && { end: start + length - 1 }) });
  file.on('error', (error) => sent.destroy(error));
  sent.on('close', () => file.destroy());
  file.pipe(sent);
}

/** Streams a body to a file that is complete on disk when this returns; a connection cut short throws. */
async function saveBody(message: IncomingMessage, path: string): Promise<string> {
  await pipeline(message, createWriteStream(path, { flush: true }));
  return '';
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > largestBody) throw new Error(`the answer is larger than ${largestBody} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(message: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
