import { defineProvider } from '../../../model/index.js';
import { bytesOf, layoutOf } from './naming.js';
import { planMachines } from './plan.js';
import { NspawnSpec } from './spec.js';

const system = 'part of every distribution; a container may lack it';
const tools = [
  { tool: 'systemd-nspawn', why: 'boots the machines' },
  { tool: 'ip', why: "makes the machines' network" },
  { tool: 'ssh', why: 'reaches the machines' },
  { tool: 'ssh-keygen', why: 'makes the keys of the environment' },
  { tool: 'git', why: 'serves repositories to the machines' },
  { tool: 'docker-registry', why: 'serves images to the machines' },
  { tool: 'tcp-balancer', why: 'spreads connections over three API servers' },
  ...['nsenter', 'unshare', 'mount', 'umount', 'kill', 'find', 'sysctl', 'df'].map((tool) => ({ tool, why: system })),
] as const;

/** Machines on this host: systemd-nspawn on copy-on-write roots, a network of their own, a registry and a git server. */
export const nspawn = defineProvider<'infrastructure', NspawnSpec>({
  id: 'nspawn',
  layer: 'infrastructure',
  spec: NspawnSpec,
  facts: { title: 'Machines on this host', provides: ['machines'], machine: { system: 'linux', root: true } },
  tools,
  machines: (spec) =>
    layoutOf(spec).machines.map(({ name, role }) => ({
      name,
      role,
      ...(spec.machines.cpus !== undefined && { cpus: spec.machines.cpus }),
      ...(spec.machines.memory !== undefined && { memoryBytes: bytesOf(spec.machines.memory) }),
    })),
  offers: ({ machines }) => ({
    'infrastructure.kind': ['local'],
    'infrastructure.controlPlanes': [String(machines.controlPlanes)],
  }),
  needs: () => [
    {
      key: 'image.format',
      oneOf: ['rootfs'],
      because: 'systemd-nspawn boots a root file system, not a disk file or an image of a cloud',
    },
  ],
  plan: planMachines,
});
