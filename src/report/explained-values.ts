import type { Span } from '../model/index.js';
import { visible } from './cells.js';
import { paintOf, type Style } from './style.js';

/** A value, who sets it, and what it changes. */
export interface ExplainedValueView {
  readonly path: string;
  readonly layers: readonly { readonly layer: string; readonly at: Span; readonly value: unknown }[];
  readonly lands: readonly string[];
  readonly read: 'yes' | 'no' | 'unknown';
  readonly why?: string;
}

const say = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'null';
  return visible(text.length > 70 ? `${text.slice(0, 67)}...` : text);
};

/** Values of a package in sentences, one paragraph each. */
export function renderExplainedValues(
  view: { readonly package: string; readonly values: readonly ExplainedValueView[] },
  style: Style,
): string {
  if (view.values.length === 0) return `The definition sets no value of ${view.package}.\n`;
  return `${view.values.map((one) => paragraph(one, style)).join('\n\n')}\n`;
}

function paragraph({ path, layers, lands, read, why }: ExplainedValueView, style: Style): string {
  const paint = paintOf(style);
  const set = layers.map(({ layer, at, value }, index) => {
    const wins = index === layers.length - 1 ? '  wins' : '';
    return `  set by ${layer.padEnd(10)} ${at.file}:${at.line}:${at.column}  ${say(value)}${wins}`;
  });
  const shown = lands.slice(0, 20).map((place) => `  lands in ${visible(place)}`);
  const more = lands.length > 20 ? [`  and in ${lands.length - 20} more places`] : [];
  const words = {
    yes: [],
    no: ['  unread: another value changes nothing in the rendered objects'],
    unknown: [`  not known: with another value the chart does not render: ${visible(why ?? '')}`],
  };
  const unset = layers.length === 0 ? ['  set by nobody'] : [];
  return [paint.bold(visible(path)), ...unset, ...set, ...shown, ...more, ...words[read]].join('\n');
}
