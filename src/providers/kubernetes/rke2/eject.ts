import { type EjectedFile, type Ejection, type Given, isRef, type Kit, type Later } from '../../../model/index.js';
import { type MemberFacts, memberFiles } from './config.js';
import { type PlannedMachine, plannedMachines } from './nodes.js';
import { factsOf } from './plan.js';
import type { Rke2Spec } from './spec.js';

/** Each machine's files as they lie on it, and two scripts that use nothing but ssh. */
export function ejectRke2(spec: Rke2Spec, infrastructure: Given<'kubernetes'>['infrastructure'], kit: Kit): Ejection {
  const machines = plannedMachines(infrastructure.nodes) ?? [];
  const servers = machines.filter(({ role }) => role === 'control-plane');
  const agents = machines.filter(({ role }) => role === 'worker');
  const plan = { spec, infrastructure, kit, servers, agents };
  const laid = machines.flatMap((machine) => filesOf(known(factsOf(plan, machine), machine) as MemberFacts, spec, kit)); // no Ref is left in it
  const inOrder = [...servers, ...agents];
  const address = (machine: PlannedMachine): string => String(known(machine.address, machine));
  return {
    files: [
      ...laid,
      { path: 'up.sh', copy: kit.catalog('kubernetes/rke2/eject/up.sh') },
      { path: 'down.sh', copy: kit.catalog('kubernetes/rke2/eject/down.sh') },
    ],
    variables: [
      { name: 'SSH_KEY', why: 'private key that opens the machines' },
      { name: 'SSH_USER', why: 'user who may become root', fallback: 'root' },
      { name: 'TOKENS', why: 'folder with the files `server` and `agent`, one long random password each' },
      ...(spec.install.method === 'tarball' ? [{ name: 'RELEASE', why: 'folder of the release and its list of sums' }] : []),
    ],
    programs: ['ssh', 'tar', 'sha256sum'],
    check: ['sh -n up.sh', 'sh -n down.sh'],
    apply: inOrder.map((one) => `sh up.sh ${one.name} ${address(one)} ${roleOf(one)}`),
    destroy: [...inOrder].reverse().map((one) => `sh down.sh ${address(one)}`),
    leftOut: leftOut(spec, machines),
  };
}

const roleOf = ({ role }: PlannedMachine): 'server' | 'agent' => (role === 'control-plane' ? 'server' : 'agent');

/** A word for what is known only once machines are made. */
function known(value: Later<unknown>, machine: PlannedMachine): unknown {
  if (isRef(value)) return `TO-BE-FILLED-IN-${String(value.$path).replace(/[^A-Za-z0-9]+/g, '-') || machine.name}`;
  if (Array.isArray(value)) return value.map((one) => known(one, machine));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, known(member, machine)]));
}

function filesOf(facts: MemberFacts, { profile }: Rke2Spec, kit: Kit): readonly EjectedFile[] {
  const files = memberFiles(facts);
  const at = (path: string): string => `machines/${facts.name}${path}`;
  if (!files.ok) return [{ path: at('/refused.txt'), text: `${files.error.diagnostic.message}\n` }];
  return [
    ...files.value.map(({ path, content, mode = '0644' }) => ({ path: at(path), text: content, mode: Number.parseInt(mode, 8) })),
    ...(profile === 'cis'
      ? [{ path: at('/etc/sysctl.d/60-rke2-cis.conf'), copy: kit.catalog('kubernetes/rke2/cis-sysctl.conf') }]
      : []),
  ];
}

const leftOut = ({ install, storage }: Rke2Spec, machines: readonly PlannedMachine[]): readonly string[] => [
  ...(machines.length === 0 ? ['The machines are not known before they are made: there are files of none of them.'] : []),
  ...(machines.some(({ address }) => isRef(address)) ? ['Addresses that are known only later stand as TO-BE-FILLED-IN.'] : []),
  ...(install.method === 'baked' ? ['RKE2 and its images must be in the machine image.'] : []),
  ...(storage.provisioner === 'none' ? [] : [`No StorageClass ${storage.class} is made.`]),
  'Machines join with short tokens and believe the authority they meet first.',
  'Nothing is drained before RKE2 starts again, and no release is refused for being too far from the one that runs.',
  'NetworkManager and fapolicyd are not told of the cluster.',
];
