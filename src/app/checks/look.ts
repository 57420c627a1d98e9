import { join } from 'node:path';
import { addressesOf, askOver, awsCredentials, connects, presentedBy } from '../../host/index.js';
import type { MachineAccess, ReadWorld, SecretPath } from '../../model/index.js';
import { factsIn, type Judged, judgeFact, type Probe, signedQuery } from '../../preflight/index.js';
import { overlaps, parseCidr } from '../../tools/network/index.js';
import { sshArguments } from '../../tools/ssh/index.js';
import type { Opened } from '../definition-of.js';
import { quietReader } from '../site.js';

/** Who looks: each machine is asked once, however many checks rest on the answer. */
export interface Looker {
  /** The probe with every text filled in. */
  filled(probe: Probe, fill: (text: string) => string): Probe;
  look(probe: Probe, each: MachineAccess | undefined): Promise<Judged>;
}

type Facts = { readonly facts: ReadonlyMap<string, string> } | { readonly why: string };

/** Makes one for a definition; nothing is asked yet. */
export function createLooker({ site }: Opened, machines: readonly MachineAccess[]): Looker {
  const w = quietReader(site.host);
  const script = once(() => w.read(join(site.paths.catalog, 'checks', 'facts.sh')));
  const asked = new Map<string, Promise<Facts>>();
  const factsOf = (machine: MachineAccess | undefined): Promise<Facts> => {
    const key = machine?.name ?? '';
    const known = asked.get(key) ?? ask(machine);
    asked.set(key, known);
    return known;
  };
  async function ask(machine: MachineAccess | undefined): Promise<Facts> {
    const text = await script();
    if (!text.ok || text.value === undefined) return { why: 'the catalog has no facts.sh' };
    return machine === undefined ? onHost(w, text.value) : overSsh(w, machine, text.value, site.paths.project);
  }
  return {
    filled,
    look: (probe, each) => look(probe, each, { factsOf, machines, w, project: site.paths.project }),
  };
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** Fills in every text of a probe, at any depth. */
function filled(probe: Probe, fill: (text: string) => string): Probe {
  const each = (value: unknown): unknown => {
    if (typeof value === 'string') return fill(value);
    if (Array.isArray(value)) return value.map(each);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, each(one)]))
      : value;
  };
  return each(probe) as Probe; // the shape is kept: only texts are replaced by texts
}

async function onHost(w: ReadWorld, script: string): Promise<Facts> {
  const ran = await w.query({ tool: 'sh', args: ['-s'], stdin: script, deadlineMs: 30_000 });
  return ran.ok ? { facts: factsIn(ran.value.stdout) } : { why: ran.error.diagnostic.message };
}

async function overSsh(w: ReadWorld, { name, address, ssh }: MachineAccess, script: string, project: string): Promise<Facts> {
  if (ssh === undefined) return { why: `how ${name} is reached is known only once it was made` };
  const { key, user, ...rest } = ssh;
  const found = await keyOf(key, w, project);
  if ('why' in found) return found;
  // The usual arguments name a kept secret; a key that is a file is given as that file.
  const args = sshArguments({ name, address, ssh: { ...rest, user, key: { $secret: found.secret } } });
  const named = args.map((one): string | SecretPath => (typeof one === 'object' && one.$secretPath === '' ? found.path : one));
  const shell = user === 'root' ? '/bin/sh -s' : 'sudo -n /bin/sh -s';
  const ran = await w.query({ tool: 'ssh', args: [...named, shell], stdin: script, deadlineMs: 60_000 });
  if (!ran.ok) return { why: ran.error.diagnostic.message };
  return ran.value.code === 255 || ran.value.stdout === ''
    ? { why: `${name} does not answer over SSH: ${ran.value.stderr.trim().split('\n').at(-1) ?? ''}` }
    : { facts: factsIn(ran.value.stdout) };
}

type Key = NonNullable<MachineAccess['ssh']>['key'];

/** A kept secret by its name, or a file by its path; one of the two is empty. */
async function keyOf(
  key: Key,
  w: ReadWorld,
  project: string,
): Promise<{ readonly secret: string; readonly path: string } | { readonly why: string }> {
  if ('file' in key) {
    const path = key.file.startsWith('/') ? key.file : join(project, key.file);
    return (await w.stat(path)) === undefined ? { why: `there is no key at ${key.file}` } : { secret: '', path };
  }
  return (await w.holds(key)) ? { secret: key.$secret, path: '' } : { why: `the secret ${key.$secret} is not kept yet` };
}

interface Sight {
  readonly factsOf: (machine: MachineAccess | undefined) => Promise<Facts>;
  readonly machines: readonly MachineAccess[];
  readonly w: ReadWorld;
  readonly project: string;
}

/** A host that names a port of its own keeps it; the check's is the usual one. */
const endpoint = (text: string): { readonly host: string; readonly port: number } | undefined => {
  const [, host, port] = /^\[?([^\]\s]+?)\]?:(\d{1,5})$/.exec(text.replace(/^([^:\s]+:\d{1,5}):\d{1,5}$/, '$1')) ?? [];
  return host === undefined || host === '' ? undefined : { host, port: Number(port) };
};

async function look(probe: Probe, each: MachineAccess | undefined, sight: Sight): Promise<Judged> {
  if ('fact' in probe) return ofFact(await sight.factsOf(each), probe);
  if ('unique' in probe || 'same' in probe) return acrossMachines(probe, sight);
  if ('tcp' in probe) return ofPort(probe);
  if ('dns' in probe) {
    const found = await addressesOf(probe.dns);
    return {
      met: found.length > 0,
      saw: found.length > 0 ? `${probe.dns} is ${found.join(', ')}` : `${probe.dns} has no address here`,
    };
  }
  if ('tls' in probe) return ofCertificate(probe, sight);
  if ('http' in probe) return ofAnswer(probe);
  if ('clock' in probe) return ofClock(probe, sight.w.now());
  if ('apart' in probe) return ofRanges(probe.apart);
  if ('file' in probe) return ofFile(probe, sight);
  return ofAws(probe, sight.w.now());
}

const ofFact = (told: Facts, probe: Extract<Probe, { fact: string }>): Judged =>
  'why' in told ? { met: undefined, saw: told.why } : judgeFact(probe.fact, told.facts.get(probe.fact), probe);

async function acrossMachines(
  probe: { readonly unique: string } | { readonly same: string },
  { factsOf, machines }: Sight,
): Promise<Judged> {
  const fact = 'unique' in probe ? probe.unique : probe.same;
  const all = await Promise.all(machines.map(async (machine) => ({ machine, told: await factsOf(machine) })));
  const values = all.map(({ machine, told }) => ({
    name: machine.name,
    value: 'facts' in told ? told.facts.get(fact) : undefined,
  }));
  const silent = values.filter(({ value }) => value === undefined || value === '');
  if (machines.length < 2) return { met: undefined, saw: 'there is only one machine' };
  if (silent.length > 0)
    return { met: undefined, saw: `${fact} could not be read on ${silent.map(({ name }) => name).join(', ')}` };
  const distinct = new Set(values.map(({ value }) => value)).size;
  const list = values.map(({ name, value }) => `${name} ${value}`).join(', ');
  return 'unique' in probe
    ? { met: distinct === values.length, saw: distinct === values.length ? `${values.length} different` : list }
    : { met: distinct === 1, saw: distinct === 1 ? `${fact} is ${values[0]?.value} on all` : list };
}

async function ofPort(probe: Extract<Probe, { tcp: string }>): Promise<Judged> {
  const at = endpoint(probe.tcp);
  if (at === undefined) return { met: undefined, saw: `'${probe.tcp}' is no host and port` };
  const { open, saw } = await connects(at.host, at.port);
  return { met: probe.closed === true ? !open : open, saw: `${probe.tcp}: ${saw}` };
}

async function ofCertificate({ tls, days, authority }: Extract<Probe, { tls: string }>, { w, project }: Sight): Promise<Judged> {
  const at = endpoint(tls);
  if (at === undefined) return { met: undefined, saw: `'${tls}' is no host and port` };
  const own = authority === undefined ? undefined : await w.read(join(project, authority));
  const pem = own?.ok ? own.value : undefined;
  if (authority !== undefined && pem === undefined) return { met: undefined, saw: `${authority} cannot be read` };
  const { trusted, reason, until } = await presentedBy(at.host, at.port, pem);
  if (until === undefined) return { met: undefined, saw: `${tls} presents no certificate: ${reason}` };
  const left = Math.floor((until.getTime() - w.now().getTime()) / 86_400_000);
  return { met: trusted && left >= days, saw: trusted ? `trusted, valid for ${left} days more` : `not trusted: ${reason}` };
}

async function ofAnswer({ http, status, basic }: Extract<Probe, { http: string }>): Promise<Judged> {
  const headers = basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
  const answer = await askOver(http, { headers });
  if ('why' in answer) return { met: undefined, saw: `${http} does not answer: ${answer.why}` };
  return { met: status.includes(answer.status), saw: `${http} answers ${answer.status}` };
}

async function ofClock({ clock, seconds }: Extract<Probe, { clock: string }>, now: Date): Promise<Judged> {
  const answer = await askOver(clock);
  if ('why' in answer || answer.date === undefined) return { met: undefined, saw: `${clock} tells no time` };
  const apart = Math.abs(answer.date.getTime() - now.getTime()) / 1000;
  return { met: apart <= seconds, saw: `clocks are ${apart.toFixed(0)} s apart` };
}

function ofRanges(ranges: readonly string[]): Judged {
  if (ranges.includes('')) return { met: undefined, saw: 'the address is known only once the machine was made' };
  const parsed = ranges.map((text) => ({ text, range: parseCidr(text.includes('/') ? text : `${text}/32`) }));
  const unread = parsed.filter(({ range }) => range === undefined);
  if (unread.length > 0) return { met: undefined, saw: `${unread.map(({ text }) => text).join(', ')} cannot be read as IPv4` };
  for (const [at, one] of parsed.entries())
    for (const other of parsed.slice(at + 1))
      if (one.range && other.range && overlaps(one.range, other.range))
        return { met: false, saw: `${one.text} and ${other.text} overlap` };
  return { met: true, saw: `${ranges.join(', ')} are apart` };
}

async function ofFile({ file, private: isPrivate }: Extract<Probe, { file: string }>, { w, project }: Sight): Promise<Judged> {
  const there = await w.stat(file.startsWith('/') ? file : join(project, file));
  if (there?.kind !== 'file') return { met: false, saw: `${file} is not there` };
  const open = (there.mode & 0o077) !== 0;
  return {
    met: isPrivate !== true || !open,
    saw: `${file} is there${isPrivate === true ? `, mode ${there.mode.toString(8)}` : ''}`,
  };
}

async function ofAws(probe: Extract<Probe, { aws: string }>, now: Date): Promise<Judged> {
  const credentials = awsCredentials();
  if (credentials === undefined) return { met: undefined, saw: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set' };
  const { aws: service, action, version, region, parameters = {} } = probe;
  const place =
    probe.endpoint === undefined || probe.endpoint === '' ? `https://${service}.${region}.amazonaws.com` : probe.endpoint;
  const query = { service, region, endpoint: place, parameters: { Action: action, Version: version, ...parameters } };
  const { url, body, headers } = signedQuery(query, credentials, now);
  const answer = await askOver(url, { headers, body });
  if ('why' in answer) return { met: undefined, saw: `${service} does not answer: ${answer.why}` };
  if (answer.status !== 200)
    return { met: false, saw: `${action}: ${answer.status} ${/<Code>([^<]+)/.exec(answer.body)?.[1] ?? ''}` };
  if (probe.element === undefined) return { met: true, saw: `${action} is allowed` };
  const found = [...answer.body.matchAll(new RegExp(`<${probe.element}>([^<]*)`, 'g'))].map(([, text = '']) => text);
  if (probe.count !== undefined) return judgeFact(`number of ${probe.element}`, String(found.length), probe.count);
  // An account that answers without it does not have it: that was seen.
  if (found[0] === undefined) return { met: false, saw: `${action} answers without ${probe.element}` };
  return judgeFact(probe.element, found[0], {
    ...(probe.equals !== undefined && { equals: probe.equals }),
    ...(probe.atLeast !== undefined && { atLeast: probe.atLeast }),
  });
}
