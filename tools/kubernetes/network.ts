import {
  NetworkPolicy,
  type INetworkPolicyPeer,
  type INetworkPolicySpec,
} from 'kubernetes-models/networking.k8s.io/v1';
import { containersOf, ofKind, workloadsOf, type Manifest, type Workload } from './manifest.ts';
import { matches } from './selector.ts';

/** A place in one direction of a rule: pods of ours, or somewhere else. */
type Place = Workload | string;

type Direction = 'Ingress' | 'Egress';

interface Rule {
  readonly policy: string;
  readonly subject: Workload;
  readonly peers: readonly Place[];
  readonly ports: readonly number[];
}

interface Rules {
  /** The workloads to which nothing leads, or from which nothing leads, but what the rules say. */
  readonly isolated: readonly Workload[];
  readonly rules: readonly Rule[];
}

const EVERYWHERE = 'everywhere';

/**
 * The connections that the network policies leave possible, such as `worker → api:3001`. One between two
 * of our workloads needs the leave of both, as it does in a cluster.
 */
export function possibleConnections(manifests: readonly Manifest[]): string[] {
  const workloads = workloadsOf(manifests);
  const incoming = rulesOf(manifests, workloads, 'Ingress');
  const outgoing = rulesOf(manifests, workloads, 'Egress');
  const connections = [
    ...workloads.flatMap((from) =>
      workloads.flatMap((to) =>
        portsOf(to)
          .filter((port) => allows(outgoing, from, to, port) && allows(incoming, to, from, port))
          .map((port) => connection(from, to, port)),
      ),
    ),
    ...elsewhere(incoming, (subject, place, port) => connection(place, subject, port)),
    ...elsewhere(outgoing, (subject, place, port) => connection(subject, place, port)),
    ...unguarded(workloads, incoming).map((workload) => connection(EVERYWHERE, workload, '*')),
    ...unguarded(workloads, outgoing).map((workload) => connection(workload, EVERYWHERE, '*')),
  ];
  return [...new Set(connections)].sort();
}

/** Rules that say nothing: about pods that do not exist, or ports on which nobody listens. */
export function idleRules(manifests: readonly Manifest[]): string[] {
  const workloads = workloadsOf(manifests);
  const policies = policiesOf(manifests);
  const idle = policies.filter(
    ({ spec }) => !workloads.some(({ podLabels }) => matches(spec.podSelector, podLabels)),
  );
  const incoming = rulesOf(manifests, workloads, 'Ingress').rules.map((rule) => ({
    ...rule,
    listeners: [rule.subject],
  }));
  const outgoing = rulesOf(manifests, workloads, 'Egress').rules.map((rule) => ({
    ...rule,
    listeners: rule.peers.filter((peer) => typeof peer !== 'string'),
  }));
  const deaf = [...incoming, ...outgoing].filter(
    ({ peers, ports, listeners }) =>
      peers.length === 0 ||
      listeners.some((listener) => ports.some((port) => !portsOf(listener).includes(port))),
  );
  return [...new Set([...idle.map(({ name }) => name), ...deaf.map(({ policy }) => policy)])];
}

function policiesOf(manifests: readonly Manifest[]) {
  return ofKind(manifests, NetworkPolicy).map(({ metadata, spec = {} }) => ({
    name: metadata?.name ?? '',
    spec,
  }));
}

function rulesOf(
  manifests: readonly Manifest[],
  workloads: readonly Workload[],
  direction: Direction,
): Rules {
  const selections = policiesOf(manifests)
    .filter(({ spec }) => spec.policyTypes?.includes(direction))
    .flatMap(({ name, spec }) =>
      workloads
        .filter(({ podLabels }) => matches(spec.podSelector, podLabels))
        .map((subject) => ({ name, spec, subject })),
    );
  return {
    isolated: selections.map(({ subject }) => subject),
    rules: selections.flatMap(({ name, spec, subject }) =>
      peersAndPorts(spec, direction).map(({ peers, ports }) => ({
        policy: name,
        subject,
        peers: peers.flatMap((peer) => placesOf(peer, workloads)),
        ports,
      })),
    ),
  };
}

function peersAndPorts(spec: INetworkPolicySpec, direction: Direction) {
  const rules =
    direction === 'Ingress'
      ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
  return rules.map(({ peers, ports }) => {
    if (!peers || !ports) throw new Error('a rule has to name its peers and its ports');
    return { peers, ports: ports.map(({ port }) => Number(port)) };
  });
}

function placesOf(peer: INetworkPolicyPeer, workloads: readonly Workload[]): Place[] {
  if (peer.ipBlock) return [peer.ipBlock.cidr];
  if (peer.namespaceSelector) {
    const selectors = [peer.namespaceSelector, peer.podSelector];
    return [selectors.flatMap((selector) => Object.values(selector?.matchLabels ?? {})).join('/')];
  }
  return workloads.filter(({ podLabels }) => matches(peer.podSelector, podLabels));
}

function allows({ isolated, rules }: Rules, subject: Workload, peer: Workload, port: number) {
  return (
    !isolated.includes(subject) ||
    rules.some(
      (rule) => rule.subject === subject && rule.peers.includes(peer) && rule.ports.includes(port),
    )
  );
}

function elsewhere(
  { rules }: Rules,
  describe: (subject: Workload, place: string, port: number) => string,
): string[] {
  return rules.flatMap(({ subject, peers, ports }) =>
    peers
      .filter((peer) => typeof peer === 'string')
      .flatMap((place) => ports.map((port) => describe(subject, place, port))),
  );
}

function unguarded(workloads: readonly Workload[], { isolated }: Rules): Workload[] {
  return workloads.filter((workload) => !isolated.includes(workload));
}

function connection(from: Place, to: Place, port: number | '*'): string {
  const name = (place: Place) => (typeof place === 'string' ? place : place.name);
  return `${name(from)} → ${name(to)}:${port}`;
}

function portsOf({ pod }: Workload): number[] {
  return containersOf(pod).flatMap(({ ports = [] }) =>
    ports.map(({ containerPort }) => containerPort),
  );
}
