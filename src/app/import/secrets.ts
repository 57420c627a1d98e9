import { child, type MapTree, type Tree } from '../definition/tree.js';
import type { Leaf, Step } from './values.js';

/** Names whose value is meant for nobody's eyes; `(?!…)` leaves names of secrets, which are none themselves. */
const words =
  /pass(word|wd|phrase)?$|^pwd$|passw(or)?d|secret(?!s?(name|ref|store|class|keyref|namespace))|token|credential|api_?key|access_?key|private_?key|[._-]key$|cert(ificate)?s?$|^ca(_?cert|_?bundle|_?crt)?$|^(crt|pem|cookie|salt|pepper|license|licence|dockerconfig(json)?|auth|htpasswd|kubeconfig|connection_?string|dsn|webhook_?url)$|encryption_?key|signing_?key|jwks?$|saml/i;

/** Words that speak of a secret by its name: these may be carried. */
const namesOnly =
  /(^existing_?secret|secret_?(name|ref)s?|secretkey_?ref|secretstore|secretclass|(name|ref|file|path|enabled|namespace|duration|ttl|expir\w*|rotation|algorithm|size|length|type|source|mode|issuer_?ref|key_?name)$|^(registry|host|hostname|server|url|region|bucket|endpoint|user|email)$)/i;

/** Values that give themselves away, whatever their name. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]+-----/,
  /\bey[JK][\w-]{8,}\.[\w-]{8,}\./,
  /\b(AKIA|ASIA)[A-Z0-9]{12,}\b/,
  /\bENC\[/,
  /:\/\/[^\s/:@]*:[^\s/@]+@/,
  /\$2[aby]\$\d\d\$/,
  /\b(gh[pousr]|glpat|xox[abpr])[_-][\w-]{10,}/,
  /AGE-SECRET-KEY-/,
  /hooks\.slack\.com\/|\/api\/webhooks\/|webhook\.office\.com\//,
  /(pass(word|wd)?|secret|token|api_?key|credentials?|private_?key)["']?\s*[:=]\s*["']?[^\s"'{$]/i,
];

/** Whether a leaf holds a secret: by a name on its way, or by its own shape. Rather one too many than one too few. Pure. */
export function isSecret({ path, tree }: Leaf, root: MapTree): boolean {
  if (tree.kind !== 'scalar' || tree.value === null || typeof tree.value === 'boolean' || tree.source.trim() === '') return false;
  if (shapes.some((shape) => shape.test(tree.source) || shape.test(String(tree.value)))) return true;
  const keys = path.filter((step): step is string => typeof step === 'string');
  const last = keys.at(-1) ?? '';
  if (namesOnly.test(last) && !/pass(word|wd)?$/i.test(last)) return false;
  if (words.test(last) || isBareKey(path, root) || nameBeside(path, root)) return true;
  // Under `password:` or `secrets:` everything is one; numbers and truths under `certs:` may be settings.
  return typeof tree.value === 'string' && keys.slice(0, -1).some((key) => words.test(key) && !namesOnly.test(key));
}

/** Keys beside which `key` is the name of a label or of a field. */
const namingSiblings: readonly string[] = ['operator', 'effect', 'values', 'name', 'weight'];

/** `key` alone, as in `tls: { cert, key }`; not that of a toleration or a selector. */
function isBareKey(path: readonly Step[], root: MapTree): boolean {
  if (path.at(-1) !== 'key') return false;
  const around = path.slice(0, -1).reduce<Tree | undefined>(stepInto, root);
  return !namingSiblings.some((name) => child(around, name) !== undefined);
}

/** `- name: DB_PASSWORD` with its `value` beside it. */
function nameBeside(path: readonly Step[], root: MapTree): boolean {
  if (path.at(-1) !== 'value') return false;
  const around = path.slice(0, -1).reduce<Tree | undefined>(stepInto, root);
  const name = child(around, 'name') ?? child(around, 'key');
  return name?.kind === 'scalar' && words.test(name.source);
}

const stepInto = (tree: Tree | undefined, step: Step): Tree | undefined =>
  typeof step === 'string' ? child(tree, step) : tree?.kind === 'list' ? tree.items[step] : undefined;
