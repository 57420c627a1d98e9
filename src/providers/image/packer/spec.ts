import { type Static, Type } from 'typebox';
import { systemIds, systemOf } from './systems.js';
import { AwsSettings } from './targets/aws.js';
import { AzureSettings } from './targets/azure.js';
import { QemuSettings } from './targets/qemu.js';
import { strict } from './targets/target.js';
import { VsphereCloneSettings } from './targets/vsphere-clone.js';
import { VsphereIsoSettings } from './targets/vsphere-iso.js';

const words = <T extends string>(choices: readonly T[], options: { readonly default?: T; readonly description: string }) =>
  Type.Union(
    choices.map((choice) => Type.Literal(choice)),
    options,
  );

const profiles = [...new Set(systemIds.flatMap((os) => systemOf(os).profiles))];

/** `if` a member has a value, `then` others are so: what a discriminated union would say, with the fault at its own place. */
const when = (member: string, value: string, then: Readonly<Record<string, unknown>>) => ({
  if: { type: 'object', properties: { [member]: { const: value } }, required: [member] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nothing awaits this object.
  then: { type: 'object', ...then },
});

const needs = (section: string) => ({ required: [section], properties: { [section]: {} } });

const conditions = [
  when('target', 'qemu', needs('qemu')),
  when('target', 'aws', needs('aws')),
  when('target', 'azure', needs('azure')),
  when('target', 'vsphere-iso', needs('vsphereIso')),
  when('target', 'vsphere-clone', needs('vsphereClone')),
  ...systemIds.map((os) => when('os', os, { properties: { profile: { enum: systemOf(os).profiles } } })),
];

/** What an image component may say; the defaults make a hardened node. */
export const PackerSpec = Type.Object(
  {
    target: words(['rootfs', 'qemu', 'aws', 'azure', 'vsphere-iso', 'vsphere-clone'], {
      default: 'rootfs',
      description:
        'What is made: a root file system with disk files, or an image by the builder of that name, with the settings beside.',
    }),
    qemu: Type.Optional(QemuSettings),
    aws: Type.Optional(AwsSettings),
    azure: Type.Optional(AzureSettings),
    vsphereIso: Type.Optional(VsphereIsoSettings),
    vsphereClone: Type.Optional(VsphereCloneSettings),
    os: words(systemIds, { default: 'debian-12', description: 'Operating system of the image.' }),
    profile: Type.Optional(
      words(profiles, {
        description: `Hardening profile of the SCAP content: what the image is remediated and scanned against. Where absent: ${systemIds.map((os) => `${systemOf(os).profiles[0]} for ${os}`).join(', ')}.`,
      }),
    ),
    fips: Type.Boolean({
      default: false,
      description: 'Validated cryptography only; refused where the operating system has no such mode.',
    }),
    checks: words(['goss', 'inspec', 'cinc-auditor'], {
      default: 'goss',
      description: 'Program that runs the checks as the last provisioner; the root file system is checked booted, without it.',
    }),
    packages: Type.Array(Type.String({ pattern: '^[a-z0-9][A-Za-z0-9_.+-]+$' }), {
      default: [],
      uniqueItems: true,
      description: 'Packages of the distribution to install beside those of the catalog.',
    }),
    repositories: Type.Optional(
      Type.Array(
        strict({
          name: Type.String({ pattern: '^[a-z0-9][-a-z0-9]*$', description: 'Name of the source.' }),
          url: Type.String({ pattern: '^https?://[^ ]+$', description: 'Its address, as the package manager takes it.' }),
          key: Type.String({ pattern: '^(https?|file)://[^ ]+$', description: 'Address of its public key.' }),
        }),
        { description: "Sources of packages instead of the catalog's: a mirror inside an enclave." },
      ),
    ),
    exports: Type.Array(Type.Union([Type.Literal('qcow2'), Type.Literal('vmdk'), Type.Literal('ova')]), {
      default: ['qcow2', 'vmdk'],
      uniqueItems: true,
      description: 'Bootable disk files to write beside the root filesystem.',
    }),
    diskSize: Type.String({
      default: '4Gi',
      pattern: '^[1-9][0-9]*Gi$',
      description: 'Size of the exported disks.',
    }),
    mirror: Type.Optional(
      strict(
        {
          archive: Type.String({ pattern: '^https?://[^ ]+$', description: 'Address of a Debian archive.' }),
          security: Type.Optional(Type.String({ pattern: '^https?://[^ ]+$', description: 'Address of its security archive.' })),
        },
        { description: "Where packages come from; this machine's own package sources where absent." },
      ),
    ),
  },
  { additionalProperties: false, allOf: conditions },
);

export type PackerSpec = Static<typeof PackerSpec>;

/** The chosen profile, or the operating system's first. */
export const profileOf = ({ os, profile }: Pick<PackerSpec, 'os' | 'profile'>): string => profile ?? systemOf(os).profiles[0];
