import type { Component } from './component.js';
import { GoProgram } from './go-program.js';

const block = 512;
/** Bytes of a list of packages that are read at most. */
const largestText = 32 * 1024 * 1024;
const debianStatus = /^(\.\/)?var\/lib\/dpkg\/(status|status\.d\/[^/]+)$/;
const npmPackage = /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/;

/** One file of the archive while its bytes pass by. */
interface Current {
  left: number;
  readonly pad: number;
  readonly take?: (bytes: Uint8Array) => void;
  readonly end?: () => void;
}

/** Finds the software in a layer: Debian's and npm's own records, and what Go programs say of themselves. One pass, no copy. */
export class LayerContent {
  private readonly found: Component[] = [];
  private head: Buffer = Buffer.alloc(0);
  private current: Current | undefined;
  private longName: string | undefined;
  private broken = false;

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.broken) at += this.current === undefined ? this.header(chunk, at) : this.body(chunk, at);
  }

  finish(): readonly Component[] {
    return this.found;
  }

  private header(chunk: Uint8Array, at: number): number {
    const take = Math.min(block - this.head.length, chunk.length - at);
    this.head = Buffer.concat([this.head, chunk.subarray(at, at + take)]);
    if (this.head.length < block) return take;
    const head = this.head;
    this.head = Buffer.alloc(0);
    if (head[0] !== 0) this.begin(head);
    return take;
  }

  private begin(head: Buffer): void {
    const size = sizeOf(head);
    if (size === undefined) {
      this.broken = true;
      return;
    }
    const pad = (block - (size % block)) % block;
    const type = String.fromCharCode(head[156] ?? 0);
    const name = this.longName ?? nameOf(head);
    if (type === 'L' || type === 'x') {
      const text = collect(largestText, (bytes) => {
        this.longName =
          type === 'L'
            ? bytes.toString('utf8').split('\0')[0]
            : (/\d+ path=([^\n]*)\n/.exec(bytes.toString('utf8'))?.[1] ?? this.longName);
      });
      this.start({ left: size, pad, ...text });
      return;
    }
    this.longName = undefined;
    const plain = type === '0' || type === '\0';
    this.start({ left: size, pad, ...(plain && size > 0 ? this.interest(name) : {}) });
  }

  private start(current: Current): void {
    this.current = current;
    if (current.left + current.pad > 0) return;
    this.current = undefined;
    current.end?.();
  }

  private interest(name: string): Pick<Current, 'take' | 'end'> {
    if (debianStatus.test(name)) return collect(largestText, (bytes) => this.found.push(...parseDpkg(bytes.toString('utf8'))));
    if (npmPackage.test(name)) return collect(1024 * 1024, (bytes) => this.found.push(...parseNpm(bytes.toString('utf8'))));
    return programWatch((components) => this.found.push(...components));
  }

  private body(chunk: Uint8Array, at: number): number {
    const { current } = this;
    if (current === undefined) return 0;
    const here = chunk.length - at;
    if (current.left > 0) {
      const take = Math.min(current.left, here);
      current.take?.(chunk.subarray(at, at + take));
      current.left -= take;
      if (current.left + current.pad === 0) this.close(current);
      return take;
    }
    const skip = Math.min(current.pad, here);
    this.current = { ...current, pad: current.pad - skip };
    if (this.current.pad === 0) this.close(current);
    return skip;
  }

  private close(current: Current): void {
    this.current = undefined;
    current.end?.();
  }
}

/** Looks closer only at what begins as a program does. */
export function programWatch(done: (components: readonly Component[]) => void): Required<Pick<Current, 'take' | 'end'>> {
  const program = new GoProgram();
  let state: 'unknown' | 'program' | 'other' = 'unknown';
  let begin = Buffer.alloc(0);
  return {
    take: (bytes) => {
      if (state === 'other') return;
      if (state === 'program') return program.push(bytes);
      begin = Buffer.concat([begin, bytes]);
      if (begin.length < elf.length) return;
      state = begin.subarray(0, elf.length).equals(elf) ? 'program' : 'other';
      if (state === 'program') program.push(begin);
      begin = Buffer.alloc(0);
    },
    end: () => done(program.finish()),
  };
}

/** First bytes of a program. */
const elf = Buffer.from('\x7fELF', 'latin1');

function collect(limit: number, done: (bytes: Buffer) => void): Required<Pick<Current, 'take' | 'end'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take: (bytes) => {
      size += bytes.length;
      if (size <= limit) chunks.push(Buffer.from(bytes));
    },
    end: () => done(Buffer.concat(chunks)),
  };
}

const nameOf = (head: Buffer): string => {
  const part = (from: number, length: number): string => head.toString('utf8', from, from + length).split('\0')[0] ?? '';
  const prefix = head.toString('latin1', 257, 263) === 'ustar\0' ? part(345, 155) : '';
  return prefix === '' ? part(0, 100) : `${prefix}/${part(0, 100)}`;
};

/** Octal, or binary where the first bit is set; `undefined` where the block is no header. */
function sizeOf(head: Buffer): number | undefined {
  if (((head[124] ?? 0) & 0x80) !== 0) {
    const size = Number(head.readBigUInt64BE(128));
    return Number.isSafeInteger(size) ? size : undefined;
  }
  const digits = head
    .toString('latin1', 124, 136)
    .replace(/[\0 ]+$/, '')
    .trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : undefined;
}

/** Installed packages of dpkg's status file. */
export function parseDpkg(text: string): readonly Component[] {
  return text.split(/\n\n+/).flatMap((entry): readonly Component[] => {
    const field = (name: string): string | undefined => new RegExp(`^${name}: *(.*)$`, 'm').exec(entry)?.[1];
    const [name, version, status] = [field('Package'), field('Version'), field('Status')];
    if (name === undefined || version === undefined || (status !== undefined && !status.endsWith(' installed'))) return [];
    return [{ kind: 'deb', name, version }];
  });
}

/** A package of npm by its own description. */
export function parseNpm(text: string): readonly Component[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('name' in value) || !('version' in value)) return [];
    const { name, version } = value;
    return typeof name === 'string' && typeof version === 'string' ? [{ kind: 'npm', name, version }] : [];
  } catch {
    return [];
  }
}
