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
  const index = createIndex();
  return {
    add(value) {
      if (known.has(value)) return;
      known.add(value);
      for (const part of partsOf(value)) for (const form of formsOf(part)) index.add(form);
    },
    redact(text) {
      let told = '';
      let from = 0;
      for (let at = 0; at + shortest <= text.length; at += 1) {
        const form = index.match(text, at);
        if (form === undefined) continue;
        told += text.slice(from, at) + blot;
        from = at + form.length;
        at = from - 1;
      }
      return from === 0 ? text : told + text.slice(from);
    },
  };
}

/**
 * Finds forms by how they begin: the time it takes depends on the text alone, not on how many secrets there are or how
 * long they are, since every line that a run shows goes through it.
 */
function createIndex() {
  const byHead = new Map<string, readonly string[]>();
  /** Whether any form begins with these two characters: rules out nearly every place without looking further. */
  const pairs = new Uint8Array(0x1_0000);
  const pairAt = (text: string, at: number): number => (text.charCodeAt(at) * 251 + text.charCodeAt(at + 1)) & 0xffff;
  return {
    add(form: string): void {
      const head = form.slice(0, shortest);
      const others = byHead.get(head) ?? [];
      if (others.includes(form)) return;
      // Longest first, so that a form inside another does not leave the rest of it.
      byHead.set(
        head,
        [...others, form].sort((a, b) => b.length - a.length),
      );
      pairs[pairAt(form, 0)] = 1;
    },
    match(text: string, at: number): string | undefined {
      if (pairs[pairAt(text, at)] === 0) return undefined;
      return byHead.get(text.slice(at, at + shortest))?.find((form) => text.startsWith(form, at));
    },
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
