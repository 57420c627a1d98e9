import type { Ejection, Kit } from '../../../model/index.js';
import type { ArgocdSpec } from './spec.js';
import { umbrellaManifests } from './steps/umbrella.js';

/** The applications as they lie in git, and the umbrella application over them, with the borders it keeps. */
export function ejectApplications({ repository, branch, reserved }: ArgocdSpec, kit: Kit): Ejection {
  const support = { registry: 'registry.example', git: 'https://git.example' };
  return {
    files: [
      { path: 'gitops/applications', copy: kit.project(repository) },
      { path: 'gitops/umbrella.json', text: umbrellaManifests({ repository, branch, reserved, support }) },
    ],
    variables: [],
    programs: [],
    check: [],
    apply: [],
    destroy: [],
    leftOut: [
      'For continuous delivery, put gitops/applications into a git repository, write its address into gitops/umbrella.json and into each application.yaml, and apply gitops/umbrella.json; Argo CD then keeps every folder as one application.',
    ],
  };
}
