import type { Component } from './provider.js';

/** The definition after overlays: one platform in one environment. */
export interface Spec {
  readonly platform: string;
  readonly environment: string;
  /** In layer order, then file order. */
  readonly components: readonly Component[];
}

/** API group of the definition's kinds. */
export const apiVersion = 'strata.dev/v1alpha1';
