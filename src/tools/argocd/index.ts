export type { ApplicationCondition, ApplicationState, DeployedObject } from './application.js';
export { explainState, hasGivenUp, isWell, nameOf, objectsInTheWay, ownerOf, parseApplication } from './application.js';
export { list, member, text } from './json.js';
export type { ProjectDraft, UmbrellaDraft } from './manifests.js';
export {
  applicationKind,
  argocdNamespace,
  cascadeFinalizer,
  inCluster,
  projectManifest,
  refreshPatch,
  syncPatch,
  umbrellaManifest,
} from './manifests.js';
