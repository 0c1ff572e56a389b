import type { Tree } from '@nx/devkit';
import type { NewApp } from './new-app.ts';
import { addBefore, addToBlock, edit } from './text-edits.ts';

/** What of a composed service is its own. */
export interface ComposedService {
  /** The services that are to be healthy before it starts. */
  readonly after: string;
  readonly environment: readonly string[];
  /** The variables that provisioning reads for it. */
  readonly provisioning?: readonly string[];
  /** Whether it is a client of an API, whose secret provisioning puts into a volume. */
  readonly isClient: boolean;
}

/** The volume of an app's database URL. */
const databaseVolume = ({ database }: NewApp) => `${database}-database`;

/** Adds an app to the composed system, with a volume for each of its secrets. */
export function addToCompose(tree: Tree, app: NewApp, service: ComposedService): void {
  const { name, constant, port } = app;
  const client = service.isClient ? [`client-${name}`] : [];
  const changes: ((text: string) => string)[] = [
    (text) => addBefore(text, '# ── what they stand on', serviceText(app, service)),
    (text) => addTo(text, 'ingress', 'command', `- ${name}:${port}`),
    (text) => addTo(text, 'ingress', 'depends_on', `${name}: { condition: service_healthy }`),
    (text) => addTo(text, 'ingress', 'ports', `- 127.0.0.1:\${${constant}_PORT:-${port}}:${port}`),
    (text) => addTo(text, 'secrets', 'volumes', mount(databaseVolume(app))),
    (text) => addTo(text, 'migrate', 'volumes', `${mount(databaseVolume(app))}:ro`),
    ...client.map((volume) => (text: string) => addTo(text, 'provision', 'volumes', mount(volume))),
    ...(service.provisioning ?? []).map(
      (variable) => (text: string) => addTo(text, 'provision', 'environment', variable),
    ),
    ...[databaseVolume(app), ...client].map(
      (volume) => (text: string) => addToBlock(text, ['volumes:'], `  ${volume}:`),
    ),
  ];
  edit(tree, 'docker-compose.yml', (text) =>
    changes.reduce((changed, change) => change(changed), text),
  );
}

const mount = (volume: string) => `- ${volume}:/run/secrets/${volume}`;

function addTo(text: string, service: string, list: string, entry: string): string {
  return addToBlock(text, ['services:', `${service}:`, `${list}:`], `      ${entry}`);
}

function serviceText(app: NewApp, { after, environment, isClient }: ComposedService): string {
  const volumes = [databaseVolume(app), ...(isClient ? [`client-${app.name}`] : [])];
  const variables = [
    ...environment,
    `${app.databaseUrlVariable}_FILE: /run/secrets/${databaseVolume(app)}/url`,
  ];
  return `  ${app.name}:
    <<: *container
    build: { context: ., dockerfile: deploy/Dockerfile, target: ${app.name} }
    depends_on:
      ${after}: { condition: service_healthy }
    environment:
      <<: *telemetry
${variables.map((variable) => `      ${variable}`).join('\n')}
    volumes:
${volumes.map((volume) => `      ${mount(volume)}:ro`).join('\n')}
    networks: [services, data]
`;
}
