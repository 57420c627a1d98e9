import type { Style } from '../report/style.js';

/** One of the two streams, as far as reports care. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** The environment variables that decide how output looks. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a stream may be written to: colour by NO_COLOR, FORCE_COLOR, --no-color, then by what the stream is. */
export function styleOf(stream: Stream, env: Environment, noColor: 'no-color' | 'auto'): Style {
  const dumb = env.TERM === 'dumb';
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  const refused = noColor === 'no-color' || (env.NO_COLOR !== undefined && env.NO_COLOR !== '') || env.FORCE_COLOR === '0';
  const color = !refused && (forced || (stream.isTTY === true && !dumb));
  return { color, unicode: drawsUnicode(env), columns: stream.columns ?? 100 };
}

/** A terminal that can be redrawn in place; CI logs and dumb terminals cannot. */
export const isLive = (stream: Stream, env: Environment): boolean =>
  stream.isTTY === true && env.TERM !== 'dumb' && (env.CI === undefined || env.CI === '' || env.CI === 'false' || env.CI === '0');

function drawsUnicode(env: Environment): boolean {
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}
