import { defineProvider } from '../../../model/index.js';
import { ejectOpenshift } from './eject.js';
import { planOpenshift } from './plan.js';
import { kubernetesOf } from './release.js';
import { OpenshiftSpec } from './spec.js';

/** An OpenShift cluster made by the agent-based installer on machines of the infrastructure layer. */
export const openshift = defineProvider<'kubernetes', OpenshiftSpec>({
  id: 'openshift',
  layer: 'kubernetes',
  spec: OpenshiftSpec,
  facts: {
    title: 'OpenShift, agent-based installer',
    provides: ['kubernetes', 'dns', 'monitoring'],
    requires: ['machines'],
    reads: ['infrastructure'],
  },
  tools: [
    { tool: 'openshift-install', why: 'makes the boot medium and waits for the installation' },
    { tool: 'kubectl', why: 'asks the cluster for its version, operators and nodes, and updates it' },
  ],
  offers: ({ version }) => ({ 'kubernetes.version': [kubernetesOf(version)] }),
  needs: ({ platform }) => [
    {
      key: 'infrastructure.kind',
      oneOf: platform === 'baremetal' ? ['existing', 'vsphere', 'libvirt'] : ['existing', 'vsphere', 'libvirt', 'aws'],
      because:
        platform === 'baremetal'
          ? 'On platform `baremetal` the cluster moves the addresses of its API and ingress between machines of one network segment, which a cloud does not allow.'
          : 'OpenShift brings its own operating system, so it needs whole machines that can be booted from a medium: a container or a machine in use is none.',
    },
    {
      key: 'infrastructure.controlPlanes',
      oneOf: ['1', '3', '4', '5'],
      because: 'The agent-based installer makes control planes of one machine, or of three to five.',
    },
  ],
  plan: planOpenshift,
  eject: ejectOpenshift,
});
