import { type Static, Type } from 'typebox';

const strict = { additionalProperties: false } as const;

/** What an image component may say; the defaults make a hardened node. */
export const PackerSpec = Type.Object(
  {
    os: Type.Literal('debian-12', { default: 'debian-12', description: 'Operating system of the image.' }),
    profile: Type.Union(
      [Type.Literal('anssi-bp28-minimal'), Type.Literal('anssi-bp28-intermediary'), Type.Literal('anssi-bp28-enhanced')],
      {
        default: 'anssi-bp28-enhanced',
        description: 'Hardening profile of the SCAP content: what the image is remediated and scanned against.',
      },
    ),
    packages: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9.+-]+$' }), {
      default: [],
      uniqueItems: true,
      description: 'Debian packages to install beside those of the catalog.',
    }),
    exports: Type.Array(Type.Union([Type.Literal('qcow2'), Type.Literal('vmdk')]), {
      default: ['qcow2', 'vmdk'],
      uniqueItems: true,
      description: 'Disk files to write beside the root filesystem.',
    }),
    diskSize: Type.String({
      default: '4Gi',
      pattern: '^[1-9][0-9]*Gi$',
      description: 'Size of the exported disks.',
    }),
    mirror: Type.Optional(
      Type.Object(
        {
          archive: Type.String({ pattern: '^https?://[^ ]+$', description: 'Address of a Debian archive.' }),
          security: Type.Optional(Type.String({ pattern: '^https?://[^ ]+$', description: 'Address of its security archive.' })),
        },
        { ...strict, description: "Where packages come from; this machine's own package sources where absent." },
      ),
    ),
  },
  strict,
);

export type PackerSpec = Static<typeof PackerSpec>;
