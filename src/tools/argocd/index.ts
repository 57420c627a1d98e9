export type { ApplicationCondition, ApplicationState, DeployedObject } from './application.js';
export { explainState, isWell, nameOf, objectsInTheWay, ownerOf, parseApplication } from './application.js';
export { list, member, text } from './json.js';
export type { ProjectDraft, UmbrellaDraft } from './manifests.js';
export {
  applicationKind,
  argocdNamespace,
  cascadeFinalizer,
  inCluster,
  projectManifest,
  refreshManifest,
  umbrellaManifest,
} from './manifests.js';
