import type { KnownImage } from '../../../model/index.js';

/** Images by the names upstream's manifests give them. */
interface Images {
  readonly argocd: KnownImage;
  readonly redis: KnownImage;
}

const upstreamNames = { argocd: 'quay.io/argoproj/argocd', redis: 'public.ecr.aws/docker/library/redis' } as const;

/** What this environment adds to the catalog's kustomization: files of its own and its images. */
export function rootKustomization(images: Images, files: readonly string[]): string {
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['base', ...files],
    images: (['argocd', 'redis'] as const).map((which) => imageEntry(upstreamNames[which], images[which].ref)),
  };
  return `${JSON.stringify(kustomization, null, 2)}\n`;
}

function imageEntry(name: string, ref: string): { name: string; newName: string; newTag: string } {
  const at = ref.lastIndexOf(':');
  return { name, newName: ref.slice(0, at), newTag: ref.slice(at + 1) };
}

/** Rendered manifests in the order they can be applied: namespace and definitions first, then all that needs them. */
export function splitRendered(rendered: string): { readonly first: string; readonly rest: string } {
  const documents = rendered.split(/^---$/m).filter((document) => document.trim() !== '');
  const isFirst = (document: string) => /^kind: (Namespace|CustomResourceDefinition)$/m.test(document);
  return {
    first: documents.filter(isFirst).join('---'),
    rest: documents.filter((document) => !isFirst(document)).join('---'),
  };
}
