import type { Tree } from '@nx/devkit';
import { addConnection, PRODUCTION } from '../app/add-to-kubernetes.ts';
import { edit } from '../app/text-edits.ts';
import { publicHostOf } from './new-service.ts';
import type { NewService } from './new-service.ts';

/** Lets calls from outside in, and gives a public service its replicas: an example, as all of that overlay. */
export function addToGateway(tree: Tree, service: NewService): void {
  const documents = {
    'gateway-policy.yaml': policyOf(service),
    'routes.yaml': routeOf(service),
    'replicas.yaml': replicasOf(service),
  };
  for (const [file, document] of Object.entries(documents)) {
    edit(tree, `${PRODUCTION}/${file}`, (text) => `${text}---\n${document}`);
  }
  addConnection(tree, 'PRODUCTION', `gateway → ${service.name}:${service.port}`);
}

function policyOf({ name, port }: NewService): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: gateway-to-${name}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
      app.kubernetes.io/component: server
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: gateway
      ports:
        - { protocol: TCP, port: ${port} }
`;
}

function routeOf(service: NewService): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${service.name}
spec:
  parentRefs:
    - { name: public, namespace: gateway, sectionName: https }
  hostnames: [${publicHostOf(service)}]
  rules:
    - backendRefs:
        - { name: ${service.name}, port: 80 }
`;
}

function replicasOf({ name }: NewService): string {
  return `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
spec:
  minReplicas: 3
  maxReplicas: 12
`;
}
