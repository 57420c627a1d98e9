import { defineProvider, stepOf } from '../../../model/index.js';
import { deliveryOf } from './delivery.js';
import { ejectApplications } from './eject.js';
import { readEntries } from './entries.js';
import { ArgocdSpec } from './spec.js';
import { deployApplication } from './steps/application.js';
import { serveImages } from './steps/images.js';
import { secretSteps } from './secret-steps.js';
import { installArgocd } from './steps/install.js';
import { keepRepository } from './steps/repository.js';
import { raiseUmbrella } from './steps/umbrella.js';
import { verifyApplications } from './steps/verify.js';

const minutes = (count: number): number => count * 60_000;

/** Argo CD, with one umbrella application over a git repository of applications. */
export const argocd = defineProvider<'applications', ArgocdSpec>({
  id: 'argocd',
  layer: 'applications',
  spec: ArgocdSpec,
  facts: { title: 'Argo CD with an umbrella application over a git repository', provides: ['applications'] },
  tools: [
    { tool: 'kubectl', why: 'applies Argo CD and reads what it says of the applications' },
    { tool: 'git', why: 'keeps the repository of applications' },
    { tool: 'sops', why: 'opens the encrypted Secrets of applications' },
    { tool: 'argocd-manifests', why: 'is what Argo CD is installed from' },
  ],

  plan(spec, { kubernetes, services }, kit) {
    const { kubeconfig, support } = kubernetes;
    const folder = kit.project(spec.repository);
    const own = { argocd: kit.image('argocd'), redis: kit.image('redis') };
    const prober = kit.image('http-check');

    const images = kit.step({
      id: 'images',
      title: 'Serve the images of Argo CD and of the applications',
      effect: 'local',
      inputs: { support, images: [own.argocd, own.redis, prober, ...spec.images.map((name) => kit.image(name))] },
      action: serveImages,
    });
    const repository = kit.step({
      id: 'repository',
      title: `Bring the folder ${spec.repository} into its git repository`,
      effect: 'local',
      tools: ['git'],
      inputs: {
        platform: kit.platform,
        environment: kit.environment,
        folder,
        name: spec.repository,
        branch: spec.branch,
        support,
      },
      deadlineMs: minutes(1),
      action: keepRepository,
    });
    const install = kit.step({
      id: 'argocd',
      title: 'Install Argo CD',
      effect: 'remote',
      tools: ['kubectl'],
      after: [images],
      inputs: {
        component: kit.component,
        kubeconfig,
        manifests: kit.tool('argocd-manifests'),
        overlay: kit.catalog('applications/argocd'),
        images: own,
        support,
      },
      deadlineMs: minutes(5),
      within: stepOf(kubeconfig),
      action: installArgocd,
    });
    const secrets = secretSteps(spec, { kubeconfig, install }, kit);
    const head = repository.out('head');
    const umbrella = kit.step({
      id: 'umbrella',
      title: 'Raise the umbrella application',
      effect: 'remote',
      tools: ['kubectl', 'git'],
      after: [install, ...secrets],
      inputs: {
        kubeconfig,
        repository: spec.repository,
        branch: spec.branch,
        head,
        support,
        reserved: spec.reserved,
        services: services.ready,
      },
      deadlineMs: minutes(3),
      within: stepOf(kubeconfig),
      action: raiseUmbrella,
    });
    const applications = readEntries(kit, folder).map(({ name, problem }) =>
      kit.step({
        id: `app-${name}`,
        title: `Deploy application ${name}`,
        effect: 'remote',
        tools: ['kubectl', 'git'],
        after: [umbrella],
        inputs: { kubeconfig, repository: spec.repository, head, name, problem },
        deadlineMs: minutes(3),
        within: stepOf(kubeconfig),
        action: deployApplication,
      }),
    );
    const verify = kit.step({
      id: 'verify',
      title: 'Ask the applications over HTTP',
      effect: 'remote',
      tools: ['kubectl'],
      after: [umbrella],
      inputs: { kubeconfig, applications: applications.map((step) => step.out('name')), head, prober },
      deadlineMs: minutes(2),
      within: stepOf(kubeconfig),
      action: verifyApplications,
    });
    return {
      steps: [images, repository, install, ...secrets, umbrella, ...applications, verify],
      publishes: { healthy: verify.out('healthy'), urls: verify.out('urls') },
    };
  },

  delivery: deliveryOf,
  eject: (spec, _given, kit) => ejectApplications(spec, kit),
});
