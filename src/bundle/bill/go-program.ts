import type { Component } from './component.js';

/** Mark that the Go linker puts before what a program was built from, at a multiple of 16. */
const mark = Buffer.from('\xff Go buildinf:', 'latin1');
const alignment = 16;
/** Bytes after the mark that are kept: the list of modules lies there. */
const kept = 2 * 1024 * 1024;

/** Finds what a Go program was built from, while its bytes pass by once. */
export class GoProgram {
  private at = 0;
  private tail: Buffer = Buffer.alloc(0);
  private held: Buffer[] | undefined;
  private size = 0;
  private found: readonly Component[] | undefined;

  push(chunk: Uint8Array): void {
    if (this.found !== undefined) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (this.held !== undefined) this.hold(bytes);
    else this.search(bytes);
    this.at += chunk.length;
  }

  finish(): readonly Component[] {
    if (this.held !== undefined) this.settle();
    return this.found ?? [];
  }

  private search(bytes: Buffer): void {
    const before = this.tail.length;
    const all = before === 0 ? bytes : Buffer.concat([this.tail, bytes]);
    const start = this.at - before;
    let from = 0;
    for (;;) {
      const index = all.indexOf(mark, from);
      if (index === -1) break;
      if ((start + index) % alignment === 0) {
        this.held = [];
        this.size = 0;
        this.hold(all.subarray(index));
        return;
      }
      from = index + 1;
    }
    this.tail = Buffer.from(all.subarray(Math.max(0, all.length - mark.length + 1)));
  }

  private hold(bytes: Buffer): void {
    this.held?.push(Buffer.from(bytes));
    this.size += bytes.length;
    if (this.size >= kept) this.settle('may come');
  }

  /** A mark inside a program's own text is not followed by what the linker writes: the next one is tried. */
  private settle(more: 'may come' | 'none' = 'none'): void {
    const all = Buffer.concat(this.held ?? []);
    this.held = undefined;
    for (let index = all.indexOf(mark); index !== -1; index = all.indexOf(mark, index + 1)) {
      if (index % alignment !== 0) continue;
      this.found = parseBuildInfo(all.subarray(index));
      if (this.found !== undefined) return;
      if (more === 'none' || all.length - index >= kept / 2) continue;
      this.held = [all.subarray(index)];
      this.size = all.length - index;
      return;
    }
    this.tail = Buffer.from(all.subarray(Math.max(0, all.length - mark.length + 1)));
  }
}

/** Reads the record from its mark on; `undefined` where it is none. Only the form written since Go 1.18 is read. */
export function parseBuildInfo(bytes: Buffer): readonly Component[] | undefined {
  if (bytes.length < 33 || ((bytes[15] ?? 0) & 2) === 0) return undefined;
  const version = text(bytes, 32);
  if (version === undefined || !/^(go1\.|devel )/.test(version.value)) return undefined;
  const modules = text(bytes, version.end);
  if (modules === undefined) return undefined;
  // The list is wrapped in sixteen bytes on each side, by which a debugger finds it.
  const list = modules.value.length < 33 ? '' : Buffer.from(modules.value, 'latin1').subarray(16, -16).toString('utf8');
  return [
    { kind: 'golang', name: 'stdlib', version: version.value.replace(/^go/, '').split(' ')[0] ?? '' },
    ...parseModules(list),
  ];
}

function text(bytes: Buffer, at: number): { readonly value: string; readonly end: number } | undefined {
  let [length, shift, index] = [0, 0, at];
  for (;;) {
    const byte = bytes[index++];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) break;
  }
  if (index + length > bytes.length) return undefined;
  return { value: bytes.toString('latin1', index, index + length), end: index + length };
}

/** Lines `mod PATH VERSION SUM`, `dep PATH VERSION SUM`, and `=> PATH VERSION SUM` where the line before was replaced. */
export function parseModules(list: string): readonly Component[] {
  const found: Component[] = [];
  for (const line of list.split('\n')) {
    const [word, name, version] = line.split('\t');
    if (name === undefined || !['mod', 'dep', '=>'].includes(word ?? '')) continue;
    if (word === '=>') found.pop();
    found.push({ kind: 'golang', name, version: version ?? '' });
  }
  return found;
}
