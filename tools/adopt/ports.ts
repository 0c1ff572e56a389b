import { APP_NAMES, APPS } from '../local-system/apps.ts';
import type { Adoption } from './adoption.ts';

/** Where these numbers are the ports of our apps, and not those of an example or of somebody else's program. */
const PLACES = [
  /^(\.env\.example|README\.md|docker-compose\.yml|\.devcontainer\/.*)$/,
  /^docs\//,
  // Grafana has a port of its own that is the same number.
  /^deploy\/(?!observability\/compose\.yml$)/,
  /^apps\/[\w-]+\/src\/configuration\.ts$/,
  /^apps\/e2e\/src\/(readme\.e2e\.spec|setup\/container-system)\.ts$/,
  // The packages are tested by the examples of their own documents.
  /^tools\/(?!packages\/)/,
];

/** Puts the ports that the apps are to have by default in the place of ours. */
export function movePorts(file: string, text: string, { ports }: Adoption): string {
  if (!PLACES.some((place) => place.test(file))) return text;
  const moved = new Map(
    APP_NAMES.map((app) => {
      const { defaultPort } = APPS[app];
      return [String(defaultPort), String(ports[app] ?? defaultPort)];
    }),
  );
  return text.replace(/\b\d{4}\b/g, (number) => moved.get(number) ?? number);
}
