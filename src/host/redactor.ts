/** Shorter values are not looked for: they would blot out harmless text. */
const shortest = 6;

/** What stands in for a secret. */
export const blot = '[secret]';

/** Replaces every known secret, in the forms in which programs print them. */
export interface Redactor {
  /** From now on this value is replaced. */
  add(value: string): void;
  redact(text: string): string;
}

/** Starts with no secret known. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add(value) {
      if (known.has(value)) return;
      known.add(value);
      for (const part of partsOf(value)) for (const form of formsOf(part)) forms.add(form);
      pattern = patternOf(forms);
    },
    redact: (text) => (pattern ? text.replace(pattern, blot) : text),
  };
}

/** The value itself, and the parts of a longer document (a key's lines, tokens) that are secret on their own. */
function partsOf(value: string): readonly string[] {
  const whole = value.trim();
  const parts = whole.length > 64 ? whole.split(/[\s"',:;=]+(?=\S)/).filter(looksRandom) : [];
  return [whole, ...parts].filter((part) => part.length >= shortest);
}

/** Tokens and key material: long, and of several kinds of characters. */
function looksRandom(part: string): boolean {
  return part.length >= 24 && /^[\w+/.=-]+$/.test(part) && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part);
}

function formsOf(part: string): readonly string[] {
  const json = JSON.stringify(part).slice(1, -1);
  const bytes = Buffer.from(part, 'utf8');
  const encoded = [0, 1, 2].map((offset) => base64Core(bytes, offset));
  const forms = [
    part,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(part),
    new URLSearchParams({ v: part }).toString().slice(2),
    bytes.toString('hex'),
    ...encoded,
    ...encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return forms.filter((form) => form.length >= shortest);
}

/** The characters of base64 that depend on these bytes alone, where `offset` bytes of something else come before. */
function base64Core(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const whole = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((offset * 8) / 6), whole);
}

/** Longest first, so that a form inside another does not leave the rest of it. */
function patternOf(forms: ReadonlySet<string>): RegExp | undefined {
  const sorted = [...forms].sort((a, b) => b.length - a.length).map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return sorted.length > 0 ? new RegExp(sorted.join('|'), 'g') : undefined;
}
