import { type TProperties, Type } from 'typebox';
import type { ImageFormat, Json, SecretRef } from '../../../../model/index.js';

/** What a definition may choose. */
export const targetIds = ['rootfs', 'qemu', 'aws', 'azure', 'vsphere-iso', 'vsphere-clone'] as const;
export type TargetId = (typeof targetIds)[number];

/** Where a finished image is found again, by its name alone. */
export type Place =
  | { readonly kind: 'file' }
  | { readonly kind: 'aws'; readonly region: string; readonly endpoint: string }
  | { readonly kind: 'azure'; readonly subscription: string; readonly group: string }
  | {
      readonly kind: 'vsphere';
      readonly server: string;
      readonly user: string;
      readonly check: 'certificate' | 'nothing';
      readonly datacenter: string;
      readonly folder: string;
    };

/** One target, filled in for one operating system: plain data. */
export interface TargetPlan {
  /** = its folder in `catalog/image/targets`. */
  readonly id: TargetId;
  /** Packer's builder. */
  readonly builder: 'qemu' | 'amazon-ebs' | 'azure-arm' | 'vsphere-iso' | 'vsphere-clone';
  readonly format: ImageFormat;
  /** Account of the build machine. */
  readonly login: string;
  readonly place: Place;
  /** Values of the target's own variables. */
  readonly variables: Readonly<Record<string, Json>>;
  /** Those of them that decide what comes out; the others only where and how fast. */
  readonly identity: Readonly<Record<string, Json>>;
  /** Environment of Packer and of the target's own client. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
  /** File of `answers/` that an installer or cloud-init takes its answers from. */
  readonly answers?: 'user-data' | 'preseed.cfg' | 'ks.cfg';
  /** Client that finds the image again. */
  readonly client?: 'aws' | 'az' | 'govc';
}

/** `sources.yaml` of an operating system: where its build machines come from. */
export const Sources = Type.Object(
  {
    aws: strict({ owners: Type.Array(Type.String()), name: Type.String(), login: Type.String(), device: Type.String() }),
    azure: strict({ publisher: Type.String(), offer: Type.String(), sku: Type.String(), plan: Type.Boolean() }),
    vsphere: strict({ guest: Type.String() }),
    iso: strict({
      boot: Type.Array(Type.String()),
      answers: Type.Union([Type.Literal('user-data'), Type.Literal('preseed.cfg'), Type.Literal('ks.cfg')]),
    }),
  },
  { additionalProperties: false },
);
export type Sources = Type.Static<typeof Sources>;

/** An object that takes nothing else. */
export function strict<T extends TProperties>(properties: T, options: { readonly description?: string } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** A file with its digest, e.g. an ISO. */
export const download = (what: string) =>
  strict(
    {
      url: Type.String({ pattern: '^(https?|file)://[^ ]+$', description: `Address of ${what}.` }),
      checksum: Type.String({ pattern: '^sha(256|512):[0-9a-f]{64,128}$', description: 'Its digest, `sha256:…` or `sha512:…`.' }),
    },
    { description: `${what[0]?.toUpperCase()}${what.slice(1)}.` },
  );

/** The name of a secret that the environment keeps. */
export const secretName = (what: string) =>
  Type.String({ pattern: '^[a-z0-9][-a-z0-9]*$', description: `Name of the environment's secret with ${what}.` });

/** A word without spaces. */
export const word = (description: string) =>
  Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\s"\\\\]+$', description });

/** The build machine's disk. */
export const disk = Type.String({
  default: '20Gi',
  pattern: '^[1-9][0-9]*Gi$',
  description: 'Disk of the image; grows with the machine made from it.',
});

/** Whole gibibytes of a quantity such as `20Gi`. */
export const gibibytes = (quantity: string): number => Number.parseInt(quantity, 10);
