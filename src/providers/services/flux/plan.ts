import { CORE_SCHEMA, load } from 'js-yaml';
import { stepOf } from '../../../model/index.js';
import type {
  Given,
  Json,
  Kit,
  Later,
  OciImage,
  Publishes,
  Ref,
  Step,
  StepDraft,
  StepHandle,
  StepId,
  ToolArtefact,
  Tree,
} from '../../../model/index.js';
import type { ReadyCheck, Sample } from './checks.js';
import type { PackageCheck } from '../../../packages/package-schema.js';
import { artefactNames, imageNames, type PackagePlan, readPackages } from '../../../packages/packages.js';
import { installerProblems, ownCharts, releaseContext, releasesOf, withReleaseKinds } from './releases.js';
import { bootstrapPackage, durationMs, type FluxSpec } from './spec.js';
import { type ChartsThere, type ChartsWant, publishCharts } from './steps/charts.js';
import { bootstrapController } from './steps/controller.js';
import { type DecryptionThere, type DecryptionWant, keepDecryption } from './steps/decryption.js';
import { deployTree } from './steps/deploy.js';
import { pushImages } from './steps/images.js';
import { awaitPackage } from './steps/package.js';
import { publishTree } from './steps/publish.js';
import { type Rendered, type RenderWant, renderTree } from './steps/render.js';
import { fluxNamespace } from './sync.js';
import { provePackage, type Verified, type VerifyWant } from './steps/verify.js';

/** Image by its name in the toolchain. */
function imagesOf(plans: readonly PackagePlan[], kit: Kit): Record<string, Ref<OciImage>> {
  const names = new Set(plans.flatMap(imageNames));
  return Object.fromEntries([...names].sort().map((name) => [name, kit.image(name)]));
}

const isFolder = (from: string): from is 'catalog' | 'project' => from === 'catalog' || from === 'project';

/** Toolchain artefacts whose files are taken. */
function dataOf(plans: readonly PackagePlan[], kit: Kit): Record<string, Ref<ToolArtefact>> {
  const names = new Set(['kubectl', ...plans.flatMap(artefactNames)]);
  return Object.fromEntries([...names].sort().map((name) => [name, kit.tool(name)]));
}

/** Files of the catalog and the project that are taken, with the digests of what is in them. */
function treesOf(plans: readonly PackagePlan[], kit: Kit): readonly Tree[] {
  return plans.flatMap((plan) =>
    (plan.spec.data ?? []).flatMap(({ from, files }) =>
      isFolder(from) ? files.map((file) => (from === 'catalog' ? kit.catalog(file) : kit.project(file))) : [],
    ),
  );
}

/** The steps of the core services, and what they publish. */
export function planFlux(
  spec: FluxSpec,
  given: Given<'services'>,
  kit: Kit,
): { readonly steps: readonly Step[]; readonly publishes: Publishes<'services'> } {
  const { bootstrap, packages, problems } = readPackages({ ...spec, bootstrap: bootstrapPackage, releases: fluxNamespace }, kit);
  const all = bootstrap === undefined ? packages : [withReleaseKinds(bootstrap, packages), ...packages];
  const releases = releasesOf(packages).map(({ name }) => name);
  const { kubeconfig, support, version } = given.kubernetes;
  const images = imagesOf(all, kit);
  const component = kit.component;
  const pushed = kit.step({
    id: 'images',
    title: 'Send the images of the core services',
    effect: 'remote',
    inputs: { support, images },
    action: pushImages,
  });
  const rendered = kit.step({
    id: 'render',
    title: 'Render the core services',
    effect: 'local',
    inputs: {
      component,
      kubeVersion: version,
      packages: all,
      images,
      data: dataOf(all, kit),
      trees: treesOf(all, kit),
      problems,
      ...(releases.length === 0 ? {} : { releases: releaseContext(spec), uninstalled: installerProblems(bootstrap, packages) }),
    },
    action: renderTree,
  });
  const name = `strata/${kit.platform}-${kit.environment}`;
  const published = kit.step({
    id: 'publish',
    title: 'Publish the rendered tree',
    effect: 'remote',
    inputs: {
      support,
      component,
      name,
      archive: rendered.out('archive'),
      size: rendered.out('size'),
    },
    action: publishTree,
  });
  const charts = ownCharts(packages).length === 0 ? undefined : kit.step(chartsStep({ support, component, name }, rendered));
  const controller = kit.step({
    id: 'flux',
    title: 'Start Flux',
    effect: 'remote',
    inputs: { kubeconfig, component, bootstrap: rendered.out('bootstrap') },
    after: [pushed],
    tools: ['kubectl'],
    within: stepOf(kubeconfig),
    action: bootstrapController,
  });
  const decryption = decryptionSteps(packages, { kubeconfig, controller: controller.id }, kit);
  const { interval, retryInterval, timeout } = spec;
  const deployed = kit.step({
    id: 'deploy',
    title: 'Tell Flux which packages to apply',
    effect: 'remote',
    inputs: {
      kubeconfig,
      component,
      source: spec.source,
      tree: published.out(),
      packages: rendered.out('units'),
      times: { interval, retryInterval, timeout },
      ...(releases.length === 0 ? {} : { releases }),
      ...(charts === undefined ? {} : { charts: charts.out('charts') }),
    },
    after: [controller, ...decryption],
    within: stepOf(kubeconfig),
    action: deployTree,
  });
  const each = planPackages({ spec, kit, packages, kubeconfig, revision: deployed.out('revision') });
  return {
    steps: [
      pushed,
      rendered,
      published,
      ...(charts === undefined ? [] : [charts]),
      controller,
      ...decryption,
      deployed,
      ...each.steps,
    ],
    publishes: { ready: each.ready, gitops: deployed.out('url') },
  };
}

interface PackagesPlanning {
  readonly spec: FluxSpec;
  readonly kit: Kit;
  readonly packages: readonly PackagePlan[];
  readonly kubeconfig: Given<'services'>['kubernetes']['kubeconfig'];
  readonly revision: Ref<string>;
}

/** One step per package, so that progress and the timeline show each, and one per package that is proven. */
function planPackages({ spec, kit, packages, kubeconfig, revision }: PackagesPlanning): {
  readonly steps: readonly Step[];
  readonly ready: readonly Ref<string>[];
} {
  const timeoutMs = durationMs(spec.timeout);
  const made = new Map<string, { readonly step: Step; readonly name: Ref<string> }>();
  const proofs: Step[] = [];
  for (const plan of packages) {
    const step = kit.step({
      id: `package-${plan.name}`,
      title: plan.spec.title,
      effect: 'remote',
      inputs: { kubeconfig, name: plan.name, revision, timeoutMs, ...releaseOf(plan) },
      after: plan.after.flatMap((name) => made.get(name)?.step ?? []),
      within: stepOf(kubeconfig),
      action: awaitPackage,
    });
    made.set(plan.name, { step, name: step.out('name') });
    const checks = (plan.spec.verify ?? []).map((check) => readyCheck(check, plan.tree.root, kit));
    if (checks.length === 0) continue;
    const inputs = { kubeconfig, name: step.out('name'), revision, checks, timeoutMs };
    proofs.push(
      kit.step<VerifyWant, Verified>({
        id: `verify-${plan.name}`,
        title: `Prove ${plan.name}`,
        effect: 'none',
        inputs,
        action: provePackage,
      }),
    );
  }
  const steps = [...made.values()];
  return { steps: [...steps.map((m) => m.step), ...proofs], ready: steps.map((m) => m.name) };
}

/** Where to look for what a release says of itself, and for its pods. */
const releaseOf = ({ delivery, spec }: PackagePlan): { readonly release?: { readonly namespace: string } } =>
  delivery === 'helm' ? { release: { namespace: spec.namespace ?? 'default' } } : {};

/** The step that gives Flux the keys of the encrypted Secrets, where a package has one. */
function decryptionSteps(
  packages: readonly PackagePlan[],
  { kubeconfig, controller }: { readonly kubeconfig: Later<DecryptionWant['kubeconfig']>; readonly controller: StepId },
  kit: Kit,
): readonly StepHandle<DecryptionWant, DecryptionThere>[] {
  const secrets = packages.flatMap((plan) => plan.secrets ?? []);
  if (secrets.length === 0) return [];
  const recipients = [...new Set(secrets.flatMap((one) => one.recipients))].sort();
  const draft: StepDraft<DecryptionWant, DecryptionThere> = {
    id: 'decryption',
    title: 'Give Flux the key of the encrypted Secrets',
    effect: 'remote',
    inputs: { kubeconfig, recipients },
    after: [controller],
    within: stepOf(kubeconfig),
    action: keepDecryption,
  };
  return [kit.step(draft)];
}

/** The step that publishes what the rendering packed. */
const chartsStep = (
  where: { readonly support: Later<ChartsWant['support']>; readonly component: string; readonly name: string },
  rendered: StepHandle<RenderWant, Rendered>,
): StepDraft<ChartsWant, ChartsThere> => ({
  id: 'charts',
  title: 'Publish the charts',
  effect: 'remote',
  inputs: { ...where, charts: rendered.out('charts') },
  action: publishCharts,
});

/** A check with everything it needs as data. */
function readyCheck(check: PackageCheck, root: Tree['root'], kit: Kit): ReadyCheck {
  if ('prometheus' in check) return { kind: 'prometheus', ...check.prometheus };
  if ('answers' in check) return { kind: 'answers', ...check.answers };
  const { namespace, policies } = check.admission;
  return { kind: 'admission', namespace, samples: policies.flatMap((policy) => samplesOf(policy, root, kit)) };
}

function samplesOf(policy: string, root: Tree['root'], kit: Kit): readonly Sample[] {
  const at = (path: string): Tree => (root === 'catalog' ? kit.catalog(path) : kit.project(path));
  const action = /enforcementAction: warn/.test(kit.text(at(`policies/${policy}/constraint.yaml`))) ? 'warn' : 'deny';
  return kit.names(at(`policies/${policy}/samples`)).map((file) => {
    const object = load(kit.text(at(`policies/${policy}/samples/${file}`)), { schema: CORE_SCHEMA }) as Json; // a YAML document is plain data
    return {
      policy,
      name: file.replace(/\.yaml$/, ''),
      expect: file.startsWith('denied') ? 'denied' : 'allowed',
      action,
      object,
    };
  });
}
