import { FlowPage } from '../flow-page/index.ts';
import { APP_NAMES, APPS } from '../local-system/apps.ts';
import type { Environment } from '../local-system/app-environment.ts';
import { LocalSystemError } from '../local-system/index.ts';
import type { SystemReporter } from '../local-system/index.ts';
import { portObstacle } from '../local-system/ports.ts';

const VARIABLE = 'FLOW_PAGE_PORT';
const STANDARD_PORT = '3003';
const HIGHEST_PORT = 65_535;
/** How long a span waits to be exported; by the standard's own default, five seconds, nothing would be live. */
const EXPORT_DELAY_MS = '200';

/**
 * Opens the page that shows the flow, and says where. It never stands in the way of the system: where it cannot
 * be had, or the traces go to somebody else, that is said, and undefined is returned.
 *
 * @throws LocalSystemError if its port is none.
 */
export async function openFlowPage(
  environment: NodeJS.ProcessEnv,
  reporter: Pick<SystemReporter, 'line'>,
): Promise<FlowPage | undefined> {
  const wanted = environment[VARIABLE] || STANDARD_PORT;
  if (wanted === 'off') return undefined;
  const port = portIn(wanted);
  const obstacle = ownedByUser(environment) ?? (await obstacleAt(port, environment));
  if (obstacle !== undefined) {
    reporter.line(`  no page of the flow: ${obstacle}`);
    return undefined;
  }
  const page = await FlowPage.start(port);
  reporter.line(`  see the flow live at ${page.url}`);
  return page;
}

/** What has the apps export their traces to the page. */
export function exportTo(page: FlowPage): Environment {
  return {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: page.tracesEndpoint,
    OTEL_BSP_SCHEDULE_DELAY: EXPORT_DELAY_MS,
  };
}

function portIn(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= HIGHEST_PORT) return port;
  throw new LocalSystemError(
    `${VARIABLE} must be a port number, 0 to ${HIGHEST_PORT}, or off; it is "${text}"`,
  );
}

/** Variables by which whoever starts the system has said where traces go, or that there are to be none. */
const DECISIONS = [
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
  'OTEL_SDK_DISABLED',
];

function ownedByUser(environment: NodeJS.ProcessEnv): string | undefined {
  const decision = DECISIONS.find((name) => environment[name]);
  return decision === undefined ? undefined : `traces go where ${decision} says`;
}

async function obstacleAt(
  port: number,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (port === 0) return undefined;
  const app = APP_NAMES.map((name) => APPS[name]).find(
    ({ portVariable, defaultPort }) => Number(environment[portVariable] || defaultPort) === port,
  );
  const obstacle = app ? `is ${app.portVariable}` : await portObstacle(port);
  return obstacle && `port ${port} ${obstacle}; choose another with ${VARIABLE}`;
}
