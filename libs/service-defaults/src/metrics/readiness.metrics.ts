import type { Readiness } from '../management/readiness.js';
import type { Metrics } from './metrics.js';

/** Shows whether a service is ready, dependency by dependency, as `/health/ready` does. */
export function exposeReadiness(metrics: Metrics, readiness: Readiness): void {
  metrics.gaugeBy({
    name: 'service_dependency_up',
    help: 'Whether a dependency the service cannot work without can be used: 1 or 0.',
    label: 'dependency',
    read: async () => {
      const { checks } = await readiness.report();
      return Object.fromEntries(
        Object.entries(checks).map(([name, state]) => [name, state === 'down' ? 0 : 1]),
      );
    },
  });
}
