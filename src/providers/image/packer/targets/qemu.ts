import { type Static, Type } from 'typebox';
import { disk, download, gibibytes, strict, type TargetPlan } from './target.js';

/** A disk file, made by a machine of this host (qemu). */
export const QemuSettings = strict(
  {
    image: download("the distributor's cloud image (qcow2)"),
    accelerator: Type.Union([Type.Literal('kvm'), Type.Literal('tcg')], {
      default: 'kvm',
      description: "The kernel's virtualisation, or emulation where there is none.",
    }),
    cpus: Type.Integer({ default: 2, minimum: 1, maximum: 64, description: 'CPUs of the build machine.' }),
    memory: Type.String({ default: '4Gi', pattern: '^[1-9][0-9]*Gi$', description: 'Memory of the build machine.' }),
    diskSize: disk,
  },
  { description: 'Settings of target qemu.' },
);
export type QemuSettings = Static<typeof QemuSettings>;

/** Fills in the target. */
export function qemuTarget(settings: QemuSettings): TargetPlan {
  const source = { image_checksum: settings.image.checksum, disk_gib: gibibytes(settings.diskSize) };
  return {
    id: 'qemu',
    builder: 'qemu',
    format: 'qcow2',
    login: 'packer',
    place: { kind: 'file' },
    answers: 'user-data',
    variables: {
      image_url: settings.image.url,
      accelerator: settings.accelerator,
      cpus: settings.cpus,
      memory_mib: Number.parseInt(settings.memory, 10) * 1024,
      ...source,
    },
    identity: source,
    secrets: {},
  };
}
