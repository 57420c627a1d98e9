import { type Static, Type } from 'typebox';
import { moduleSpec, staticSpec } from '../../../terraform/index.js';

/** Kinds of images that machines are made of. */
export const formats = ['qcow2'] as const;

/** Machines on hosts that run libvirt, on copy-on-write disks. */
export const LibvirtSpec = Type.Object(
  {
    host: Type.Object(
      {
        uri: Type.String({
          description: 'Where libvirt is, e.g. qemu:///system or qemu+ssh://root@host/system.',
          pattern: '^(qemu|xen|bhyve)(\\+[a-z]+)?://[^\\s]*$',
          default: 'qemu:///system',
        }),
        pool: Type.String({
          description: 'Folder on that host for the disks; made where it is missing.',
          pattern: '^(/[A-Za-z0-9._-]+)+$',
          default: '/var/lib/libvirt/images/strata',
        }),
        acceleration: Type.Boolean({ description: 'The host has KVM; without it machines are emulated, slowly.', default: true }),
      },
      { description: 'The host, and where disks lie there.', additionalProperties: false, default: {} },
    ),
    network: Type.Object(
      {
        mode: Type.Union(
          [Type.Literal('nat'), Type.Literal('route'), Type.Literal('open'), Type.Literal('none'), Type.Literal('bridge')],
          { description: 'How the network meets the others; `none` is isolated.', default: 'route' },
        ),
        bridge: Type.Optional(
          Type.String({ description: 'Bridge of the host; needed with the mode bridge.', pattern: '^[A-Za-z0-9._-]{1,15}$' }),
        ),
      },
      { description: 'The network that is made.', additionalProperties: false, default: {} },
    ),
    ...moduleSpec,
    ...staticSpec,
  },
  { additionalProperties: false, description: 'Machines on a host with libvirt, made by Terraform from a disk image.' },
);

/** The spec, with defaults filled in. */
export type LibvirtSpec = Static<typeof LibvirtSpec>;
