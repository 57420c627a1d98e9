import { visible } from './cells.js';
import { paintOf, type Style } from './style.js';

/** How a user reaches what stands. */
export interface ReachView {
  readonly kubeconfig?: string;
  readonly machines: readonly { readonly name: string; readonly address: string }[];
  readonly urls: readonly { readonly name: string; readonly url: string }[];
}

/** Lines to copy from. */
export function renderReach(reach: ReachView, style: Style): string {
  const paint = paintOf(style);
  const lines: string[] = [];
  if (reach.machines.length > 0)
    lines.push(`machines     ${reach.machines.map((one) => `${visible(one.name)} ${visible(one.address)}`).join(', ')}`);
  if (reach.kubeconfig !== undefined)
    lines.push(`cluster      ${paint.cyan(`kubectl --kubeconfig ${visible(reach.kubeconfig)} get nodes,pods -A`)}`);
  for (const one of reach.urls) lines.push(`${visible(one.name).padEnd(12)} ${paint.cyan(visible(one.url))}`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
