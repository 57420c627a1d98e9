export type { Descriptor, ImageConfig, Manifest } from './layout.js';
export {
  addFile,
  addText,
  blobFile,
  imageComplete,
  layoutDir,
  mediaTypes,
  readManifest,
  textDigest,
  writeImage,
  writeIndex,
} from './layout.js';
export type { ArtefactPush, PushedArtefact } from './push.js';
export { hasImage, pullManifest, pushArtefact, pushImage } from './push.js';
export { mirrored, parseReference } from './reference.js';
export { copyUpstream } from './upstream.js';
export type { Repository } from './registry.js';
export { type BlobPiece, hasBlob, manifestDigest, mountBlob, sendBlob, sendManifest } from './send.js';
