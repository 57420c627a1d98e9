import { contract } from '../../../testkit/index.js';
import { argocd } from './index.js';

const entry = (name: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}}\nspec: {project: applications}\n`;

contract({
  provider: argocd,
  folder: import.meta.dirname,
  specs: { defaults: {}, own: { repository: 'team', branch: 'release', images: ['hello', 'board'] } },
  files: {
    'project:apps/hello/application.yaml': entry('hello'),
    'project:apps/board/application.yaml': entry('board'),
    'project:team/hello/application.yaml': entry('hello'),
  },
});
