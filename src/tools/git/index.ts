export type { Authorship, CommitDraft } from './write.js';
export { commitTree, createBare, mergeTrees, moveRef, restoreBundle, saveBundle, snapshot } from './write.js';
export type { TopLevelChange } from './read.js';
export { countCommits, isAncestor, readRefs, remoteHead, topLevelChanges, treeOf } from './read.js';
