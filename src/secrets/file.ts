import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { err, ok, type Result, type Span } from '../model/index.js';
import { notEncrypted, unreadable } from './errors.js';

/** What an encrypted file tells without being opened. */
export interface SecretFile {
  readonly file: string;
  /** `Secret` where it is one of Kubernetes; empty where the file names no kind. */
  readonly kind: string;
  /** metadata.name and metadata.namespace of an object. */
  readonly name?: string;
  readonly namespace?: string;
  /** Recipients of age it is encrypted to, in their order. */
  readonly recipients: readonly string[];
  /** When sops wrote it last. */
  readonly lastModified: string;
  /** Dotted paths of encrypted values, with where they are. */
  readonly values: readonly { readonly path: string; readonly at: Span }[];
  /** Where its recipients are listed. */
  readonly recipientsAt: Span;
}

const isCipher = (value: unknown): boolean => typeof value === 'string' && /^ENC\[AES256_GCM,data:[^\]]*\]$/.test(value);

/** Aliases are counted out: an encrypted file has none. */
const strict = { maxAliasCount: 0 };

/** Reads the outside of an encrypted file; whatever is not as sops writes it is refused, with its place. */
export function readSecretFile(file: string, text: string): Result<SecretFile> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true });
  const at = (node: unknown): Span => spanOf(file, lines, node);
  const [problem] = document.errors;
  const root = document.contents;
  if (problem !== undefined || !isMap(root)) return err(unreadable(at(root), whyOf(problem)));
  if (!root.has('sops')) return err(notEncrypted(firstValue(root, at), 'Nothing in this file is encrypted: its values are'));
  const clear = clearValue(root, at);
  if (clear !== undefined) return err(notEncrypted(clear.at, `The value ${clear.path} is`));
  const values = cipherValues(root, at);
  if (values.length === 0) return err(notEncrypted(at(root), 'The file has sops metadata, but every value in it is'));
  let plain: unknown;
  try {
    plain = document.toJS(strict);
  } catch {
    return err(unreadable(at(root), 'it has aliases'));
  }
  const told = member(plain, 'sops');
  const recipients = list(member(told, 'age'))
    .map((one) => text_(member(one, 'recipient')))
    .filter((one) => one !== '');
  const lastModified = text_(member(told, 'lastmodified'));
  if (text_(member(told, 'mac')) === '') return err(unreadable(at(root.get('sops', true)), 'its sops metadata has no MAC'));
  const metadata = member(plain, 'metadata');
  const [name, namespace] = [text_(member(metadata, 'name')), text_(member(metadata, 'namespace'))];
  return ok({
    file,
    kind: text_(member(plain, 'kind')),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    recipients,
    lastModified,
    values,
    recipientsAt: at(document.getIn(['sops', 'age'], true) ?? root.get('sops', true)),
  });
}

/** The message of a YAML parser may quote the line: only its code is told. */
const whyOf = (problem: { readonly code: string } | undefined): string =>
  problem === undefined ? 'it holds no mapping' : `it is not YAML (${problem.code})`;

function spanOf(file: string, lines: LineCounter, node: unknown): Span {
  const offset = (node as Node | undefined)?.range?.[0];
  if (offset === undefined) return { file, line: 1, column: 1 };
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

/** The first value that is worth a secret: below data or stringData, else the first of the file. */
function firstValue(root: Parameters<typeof cipherValues>[0], at: (node: unknown) => Span): Span {
  for (const field of ['stringData', 'data']) {
    const held = root.get(field, true);
    const [first] = isMap(held) ? held.items : [];
    if (first !== undefined) return at(first.value ?? first.key);
  }
  return at(root.items[0]?.value ?? root);
}

/** A value of a Secret that sops left as it was; what is empty it always leaves. */
function clearValue(
  root: Parameters<typeof cipherValues>[0],
  at: (node: unknown) => Span,
): { readonly path: string; readonly at: Span } | undefined {
  if (root.get('kind') !== 'Secret') return undefined;
  for (const field of ['stringData', 'data']) {
    const held = root.get(field, true);
    if (!isMap(held)) continue;
    for (const { key, value } of held.items)
      if (isScalar(value) && value.value !== '' && value.value !== null && !isCipher(value.value))
        return { path: `${field}.${isScalar(key) ? String(key.value) : ''}`, at: at(value) };
  }
  return undefined;
}

function cipherValues(
  root: { readonly items: readonly { readonly key: unknown; readonly value: unknown }[] } & {
    get(key: string, keep?: boolean): unknown;
  },
  at: (node: unknown) => Span,
): readonly { readonly path: string; readonly at: Span }[] {
  const found: { path: string; at: Span }[] = [];
  for (const { key, value } of root.items) {
    if (isScalar(key) && key.value === 'sops') continue;
    const top = isScalar(key) ? String(key.value) : '';
    visit(value as Node, {
      Scalar(position, node, path) {
        if (position === 'key' || !isCipher(node.value)) return;
        found.push({ path: [top, ...pathOf(path)].join('.'), at: at(node) });
      },
    });
  }
  return found;
}

/** Keys of maps and positions in lists on the way to a node. */
function pathOf(ancestors: readonly unknown[]): readonly string[] {
  return ancestors.flatMap((one, index) => {
    if (typeof one === 'object' && one !== null && 'key' in one) return isScalar(one.key) ? [String(one.key.value)] : [];
    const next = ancestors[index + 1];
    return isSeq(one) && next !== undefined ? [String(one.items.indexOf(next))] : [];
  });
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text_ = (value: unknown): string => (typeof value === 'string' ? value : value instanceof Date ? value.toISOString() : '');
