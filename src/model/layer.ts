import type { Digest } from './ids.js';
import { isRef, type Later } from './ref.js';
import type { SecretRef } from './secret.js';

/** What kind of thing an image is; infrastructure takes some of these. */
export type ImageFormat = 'rootfs' | 'qcow2' | 'vmdk' | 'ova' | 'vsphere-template' | 'ami' | 'azure-image';

/** A machine image, as a reference with what is baked in. */
export interface ImageRef {
  readonly name: string;
  /** `rootfs` is a directory used as a read-only lower layer; the others are disk files. */
  readonly format: ImageFormat;
  /** Path relative to the cache directory, or the cloud's id. */
  readonly location: string;
  readonly digest: Digest;
  readonly os: string;
  /** Versions baked in, e.g. `{ kubelet: 'v1.37.2', containerd: '1.6.20' }`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A machine that connections go through. */
export interface SshHop {
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly key: SecretRef;
  readonly hostKey: string;
}

/** How a machine is reached over SSH. */
export interface SshAccess {
  readonly user: string;
  readonly port: number;
  /** The private key. */
  readonly key: SecretRef;
  /** The machine's own public key, `ssh-ed25519 AAAA…`, so nothing is trusted on first use. */
  readonly hostKey: string;
  /** The bastion in front of it; straight where absent. */
  readonly via?: SshHop;
}

/** One machine of the infrastructure layer. */
export interface Node {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** IPv4 address reachable from the other nodes and from Strata. */
  readonly address: string;
  readonly ssh: SshAccess;
}

/** Supporting services that the machines reach: there is no other way in for images, artefacts and git. */
export interface Support {
  /** `host:port` of the OCI registry, plain HTTP inside the environment's own network. */
  readonly registry: string;
  /** Base URL of the git server, without a slash at the end. */
  readonly git: string;
}

/** The registry of supporting services that may be known only later. */
export const registryOf = (support: Later<Support>): Later<string> =>
  isRef(support)
    ? { $step: support.$step, $path: support.$path === '' ? 'registry' : `${support.$path}.registry` }
    : support.registry;

/** What a layer publishes is the ONLY coupling between layers. */
export interface Published {
  image: { images: readonly ImageRef[] };
  infrastructure: {
    nodes: readonly Node[];
    /** `host:port` of the API endpoint. */
    api: string;
    support: Support;
    /** DNS domain of the machines. */
    domain: string;
    /** What the machines' kernel offers, detected, never assumed. */
    cgroup: 'v1' | 'v2';
  };
  kubernetes: {
    kubeconfig: SecretRef;
    version: string;
    storageClass: string;
    /** As given by the infrastructure: what the cluster's workloads reach. */
    support: Support;
  };
  services: { ready: readonly string[]; gitops: string };
  applications: {
    healthy: readonly string[];
    /** Addresses that answered from outside of the cluster. */
    urls?: readonly { readonly name: string; readonly url: string }[];
  };
}

/** One of the five. */
export type Layer = keyof Published;

/** In build order. */
export const layers = ['image', 'infrastructure', 'kubernetes', 'services', 'applications'] as const satisfies readonly Layer[];

/** Which earlier layers a layer may read. */
export const reads = {
  image: [],
  infrastructure: ['image'],
  kubernetes: ['image', 'infrastructure'],
  services: ['kubernetes'],
  applications: ['kubernetes', 'services'],
} as const satisfies Record<Layer, readonly Layer[]>;

/** What a provider of a layer returns: known now, or outputs of its steps. */
export type Publishes<L extends Layer> = { readonly [P in keyof Published[L]]: Later<Published[L][P]> };

/** What a provider of a layer is given. */
export type Given<L extends Layer> = { readonly [K in (typeof reads)[L][number]]: Publishes<K> };
