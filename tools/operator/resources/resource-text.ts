import type { Representation } from '../admin-api/admin-api.ts';
import { moment } from '../command-line/moment.ts';
import { aligned, table } from '../command-line/table.ts';
import type { Scope } from './resource-flags.ts';

export function resourceTable(resources: readonly Representation[]): string {
  const rows = resources.map((resource) => [
    String(resource['name']),
    String(resource['identifier']),
    scopesOf(resource)
      .map(({ name }) => name)
      .join(' '),
  ]);
  return table(['NAME', 'IDENTIFIER', 'SCOPES'], rows, 'no resource servers');
}

/** All that is known of a resource server. */
export function resourceDetails(resource: Representation): string {
  const members = aligned([
    ['name', String(resource['name'])],
    ['identifier', String(resource['identifier'])],
    ['asked about by', (resource['introspection_clients'] as readonly string[]).join(', ')],
    ['created', `${moment(resource['created_at'])} by ${String(resource['created_by'])}`],
    ['changed', `${moment(resource['updated_at'])} by ${String(resource['updated_by'])}`],
  ]);
  const scopes = scopesOf(resource).map(({ name, description }) => [name, description]);
  return `${members}\n\n${table(['SCOPE', 'DESCRIPTION'], scopes, 'no scopes')}`;
}

function scopesOf(resource: Representation): readonly Scope[] {
  return resource['scopes'] as readonly Scope[];
}
