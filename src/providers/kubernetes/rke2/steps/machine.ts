import type { Action, Claim, Node, ReadWorld, Result } from '../../../../model/index.js';
import { err, ok } from '../../../../model/index.js';
import type { Role } from '../../../../tools/rke2/index.js';
import { askMachine, changeMachine, differing, parseFacts, type RemoteFile, writeLines } from '../../../../tools/ssh/index.js';
import { firewalldRuns, selinuxDiffers } from '../errors.js';

/** A machine that meets what RKE2 asks of its system. */
export interface MachineWant {
  readonly node: Node;
  readonly role: Role;
  readonly profile: 'cis' | 'none';
  readonly selinux: boolean;
  readonly templates: { readonly sysctl: string; readonly networkManager: string; readonly fapolicyd: string };
}

/** The machine as found. */
export interface MachineGot {
  readonly node: Node;
  readonly differs: readonly string[];
}

const sysctlFile = '/etc/sysctl.d/60-rke2-cis.conf';
const networkManagerFile = '/etc/NetworkManager/conf.d/rke2-canal.conf';
const fapolicydFile = '/etc/fapolicyd/rules.d/80-rke2.rules';
/** Says in /etc/passwd who made the user. */
const etcdComment = 'etcd of RKE2 (Strata)';

/** RKE2 does not change the system it runs on, and with the CIS profile it does not start on one that is not set up. */
export const preparedMachine: Action<MachineWant, MachineGot> = {
  observe: look,
  diff: (_want, got) => (got === undefined ? [{ what: 'machine' }] : got.differs.map((what) => ({ what }))),
  async apply(want, _got, w) {
    const before = await look(want, w);
    if (!before.ok) return before;
    const lines = writeLines(filesOf(want, before.value.differs));
    if (!lines.ok) return lines;
    const script = lines.value + preparation(want, before.value.differs);
    const done = await changeMachine(w, want.node, { what: 'preparing the machine', script });
    return done.ok ? look(want, w) : done;
  },
  async verify(want, _got, w): Promise<readonly Claim[]> {
    if (want.profile === 'none') return [];
    const seen = await look(want, w);
    const verdict = seen.ok && seen.value.differs.length === 0 ? 'pass' : 'fail';
    const user = want.role === 'server' ? ' and has the user etcd' : '';
    return [{ claim: `${want.node.name} keeps the kernel parameters of the CIS profile${user}`, verdict }];
  },
  async remove({ node }, w) {
    const script = `rm -f ${sysctlFile} ${networkManagerFile} ${fapolicydFile}
if grep -q '^etcd:[^:]*:[0-9]*:[0-9]*:${etcdComment}:' /etc/passwd; then userdel etcd; fi
`;
    const gone = await changeMachine(w, node, { what: 'taking the preparation back', script });
    if (gone.ok || gone.error.diagnostic.code === 'SSH-UNREACHABLE') return ok(undefined);
    return gone;
  },
};

/** `name=value` lines of a sysctl file. */
const parametersIn = (text: string): readonly (readonly [string, string])[] =>
  [...text.matchAll(/^([a-z0-9_.]+) *= *(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]);

/** All files a machine may need; which of them it does depends on what runs there. */
const allFiles = ({ templates }: MachineWant): Readonly<Record<'sysctl' | 'networkManager' | 'fapolicyd', RemoteFile>> => ({
  sysctl: { path: sysctlFile, content: templates.sysctl },
  networkManager: { path: networkManagerFile, content: templates.networkManager },
  fapolicyd: { path: fapolicydFile, content: templates.fapolicyd },
});

const filesOf = (want: MachineWant, differs: readonly string[]): readonly RemoteFile[] =>
  Object.values(allFiles(want)).filter(({ path }) => differs.includes(`file ${path}`));

function preparation({ profile, role, templates }: MachineWant, differs: readonly string[]): string {
  const changed = (path: string): boolean => differs.includes(`file ${path}`);
  return [
    // Only these: a restart of systemd-sysctl would take back what the network of pods has set on a running node.
    ...(profile === 'cis' ? parametersIn(templates.sysctl).map(([name, value]) => `sysctl -q -w ${name}=${value}`) : []),
    ...(profile === 'cis' && role === 'server'
      ? [`getent passwd etcd >/dev/null || useradd -r -c '${etcdComment}' -s /sbin/nologin -M etcd -U`]
      : []),
    ...(changed(networkManagerFile) ? ['systemctl reload NetworkManager'] : []),
    ...(changed(fapolicydFile) ? ['fagenrules --load', 'systemctl restart fapolicyd'] : []),
    '',
  ].join('\n');
}

async function look(want: MachineWant, w: ReadWorld): Promise<Result<MachineGot>> {
  const { node, profile, role, templates } = want;
  const files = allFiles(want);
  const parameters = parametersIn(templates.sysctl);
  const script = `set +e
printf 'selinux=%s\\n' "$(getenforce 2>/dev/null || echo Disabled)"
for s in firewalld NetworkManager fapolicyd; do printf 'service:%s=%s\\n' "$s" "$(systemctl is-active "$s" 2>/dev/null)"; done
grep -q '^etcd:' /etc/passwd && grep -q '^etcd:' /etc/group && echo etcd=yes
for p in ${parameters.map(([name]) => name).join(' ')}; do printf 'sysctl:%s=%s\\n' "$p" "$(sysctl -n "$p" 2>/dev/null)"; done
sha256sum ${Object.values(files)
    .map(({ path }) => path)
    .join(' ')} 2>/dev/null
exit 0
`;
  const said = await askMachine(w, node, { what: 'looking at the system', script });
  if (!said.ok) return said;
  const facts = parseFacts(said.value);
  const enforcing = facts.get('selinux') === 'Enforcing';
  if (enforcing !== want.selinux) return err(selinuxDiffers(node.name, facts.get('selinux') ?? '', String(want.selinux)));
  const runs = (service: string): boolean => facts.get(`service:${service}`) === 'active';
  if (runs('firewalld')) return err(firewalldRuns(node.name));
  const needed = [
    ...(profile === 'cis' ? [files.sysctl] : []),
    ...(runs('NetworkManager') ? [files.networkManager] : []),
    ...(runs('fapolicyd') ? [files.fapolicyd] : []),
  ];
  return ok({
    node,
    differs: [
      ...differing(needed, said.value).map((path) => `file ${path}`),
      ...(profile === 'cis'
        ? parameters.filter(([name, value]) => facts.get(`sysctl:${name}`) !== value).map(([name]) => name)
        : []),
      ...(profile === 'cis' && role === 'server' && facts.get('etcd') !== 'yes' ? ['user etcd'] : []),
    ],
  });
}
