import { visible } from './cells.js';
import { paintOf, type Style, signsOf } from './style.js';

/** A proof as a report knows it. */
interface Proof {
  readonly platform: string;
  readonly environment: string;
  readonly release: string;
  readonly verdict: 'pass' | 'fail';
  readonly problems: readonly unknown[];
  readonly compared: { readonly images: number; readonly tools: number; readonly objects: number; readonly files: number };
  readonly closed?: { readonly packages: number; readonly objects: number };
  readonly notProven: readonly string[];
}

/** What was compared, what was rehearsed, and what neither says. */
export function renderProof(proof: Proof, style: Style): string {
  const paint = paintOf(style);
  const signs = signsOf(style);
  const { images, tools, objects, files } = proof.compared;
  const sign = proof.verdict === 'pass' ? paint.green(signs.done) : paint.red(signs.failed);
  const name = visible(`${proof.platform}/${proof.environment} ${proof.release}`);
  const closed =
    proof.closed === undefined
      ? 'not rehearsed, because of the above'
      : `rehearsed without a way out: ${proof.closed.packages} packages, ${proof.closed.objects} objects`;
  return [
    `${sign} ${name}: ${proof.verdict === 'pass' ? 'the bundle is enough' : `${proof.problems.length} problems`}`,
    `  compared: ${objects} objects, ${images} images, ${tools} programs and data, ${files} delivered files`,
    `  ${closed}`,
    'What this does not prove:',
    ...proof.notProven.map((text) => `  - ${visible(text)}`),
    '',
  ].join('\n');
}
