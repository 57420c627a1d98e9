import { defineProvider } from '../../../model/index.js';
import { ejectImage } from './eject.js';
import { needs, offers } from './offers.js';
import { planImage } from './plan.js';
import { planTarget, targetPlan } from './plan-target.js';
import { PackerSpec } from './spec.js';
import { tools } from './tools.js';

/** Machine images for every target: hardened by Ansible through Packer, scanned by OpenSCAP, checked before they are used. */
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
  offers,
  needs,
  eject: (spec, _given, kit) => ejectImage(spec, kit),
  plan(spec, _given, kit) {
    const target = targetPlan(spec, kit);
    const name = kit.component;
    if (target) {
      const { os, build, steps } = planTarget(spec, kit, target);
      const made = { location: build.out('location'), digest: build.out('digest'), versions: build.out('versions') };
      return { steps, publishes: { images: [{ name, format: target.format, os, ...made }] } };
    }
    const { os, build, disks, steps } = planImage(spec, kit);
    const versions = build.out('versions');
    const rootfs = {
      name,
      format: 'rootfs' as const,
      os,
      location: build.out('location'),
      digest: build.out('digest'),
      versions,
    };
    const files = spec.exports.map((format) => {
      const from = (what: string) => ({ $step: disks?.id ?? build.id, $path: `files.${format}.${what}` });
      return { name, format, os, location: from('path'), digest: from('digest'), versions };
    });
    return { steps, publishes: { images: [rootfs, ...files] } };
  },
});
