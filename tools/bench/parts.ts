import { billing } from './billing/billing.part.ts';
import { billingCost } from './billing-cost/billing-cost.part.ts';
import { coldStart } from './cold-start/cold-start.part.ts';
import { guard } from './guard/guard.part.ts';
import { memory } from './memory/memory.part.ts';
import type { Part } from './part.ts';
import { scaling } from './scaling/scaling.part.ts';
import { tokenEndpoint } from './token-endpoint/token-endpoint.part.ts';

/** What `--quick` measures if nothing is named. */
export const quickParts: readonly Part[] = [tokenEndpoint, guard, billing];

/** Everything that `npm run bench` measures, in its order. */
export const parts: readonly Part[] = [
  tokenEndpoint,
  guard,
  billing,
  billingCost,
  coldStart,
  memory,
  scaling,
];
