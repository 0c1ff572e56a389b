import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1';
import type { Labels } from './manifest.ts';

export type LabelSelector = NonNullable<INetworkPolicySpec['podSelector']>;

/** Whether labels are of those that a selector selects; no selector selects nothing. */
export function matches(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`the operator ${operator} is not understood here`);
      return values.includes(labels[key] ?? '');
    })
  );
}
