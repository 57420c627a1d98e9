import type { Diagnostic, ErrorPage, Span } from '../model/index.js';

/** A document that is no Kubernetes object. */
export const manifestInvalid = (where: Span, why: string): Diagnostic => ({
  code: 'MANIFEST-INVALID',
  severity: 'error',
  message: `This is not a Kubernetes object: ${why}.`,
  where,
  remedies: [{ say: 'Write one object per YAML document, with apiVersion, kind and metadata.name.' }],
});

/** What `strata explain` says of these codes. */
export const manifestPages: readonly ErrorPage[] = [
  {
    code: 'MANIFEST-INVALID',
    title: 'A document in a manifest is no Kubernetes object',
    explanation:
      'Every YAML document of a package or an application must be one object with apiVersion, kind and metadata.name, or a List of such.',
    remedy: 'Correct the document at the place that is named.',
  },
];
