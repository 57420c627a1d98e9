import { defineProvider } from '../../../model/index.js';
import { planImage } from './plan.js';
import { PackerSpec } from './spec.js';

const tools = [
  { tool: 'mmdebstrap', why: 'makes the base root filesystem' },
  { tool: 'packer', why: 'builds the image' },
  { tool: 'ansible-playbook', why: "runs the roles and the content's remediations" },
  { tool: 'oscap', why: 'scans before and after hardening' },
  { tool: 'systemd-nspawn', why: 'boots the build machine' },
  { tool: 'ssh', why: 'reaches the build machine' },
  { tool: 'ssh-keygen', why: 'makes the keys of one build' },
  { tool: 'ip', why: "makes the build machine's link" },
  { tool: 'qemu-img', why: 'writes disk files' },
] as const;

/** Machine images: a Debian root filesystem hardened by Ansible through Packer, scanned by OpenSCAP, tested booted. */
export const packer = defineProvider<'image', PackerSpec>({
  id: 'packer',
  layer: 'image',
  spec: PackerSpec,
  facts: {
    title: 'Machine image',
    provides: ['machine-image'],
    machine: { system: 'linux', root: true, diskBytes: 4 * 2 ** 30 },
  },
  tools,
  plan(spec, _given, kit) {
    const { os, build, steps } = planImage(spec, kit);
    const rootfs = { name: kit.component, format: 'rootfs', os } as const;
    const rest = { location: build.out('location'), digest: build.out('digest'), versions: build.out('versions') };
    return { steps, publishes: { images: [{ ...rootfs, ...rest }] } };
  },
});
