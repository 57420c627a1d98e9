import type { Provider } from '../model/index.js';
import { argocd } from './applications/argocd/index.js';
import { packer } from './image/packer/index.js';
import { existing } from './infrastructure/existing/index.js';
import { nspawn } from './infrastructure/nspawn/index.js';
import { kubeadm } from './kubernetes/kubeadm/index.js';
import { flux } from './services/flux/index.js';

/** The one list: one line per provider. */
export const providers: readonly Provider[] = [packer, nspawn, existing, kubeadm, flux, argocd] as readonly Provider[];
