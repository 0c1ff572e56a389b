import { z } from 'zod';
import { pageQuery } from '../admin/page.js';
import { text } from '../admin/text.js';
import { clientId } from '../clients/client-id.js';
import { scopeName } from './scope-name.js';

const MOST_SCOPES = 100;
const MOST_CLIENTS = 100;
const LONGEST_IDENTIFIER = 500;
const LONGEST_DESCRIPTION = 200;

/** What a resource server is known by in addresses. */
export const resourceServerName = text(100);

const newName = z
  .string('must be text')
  .regex(
    /^(?!\.{1,2}$)[\w.-]{1,64}$/,
    'must have 1 to 64 letters, digits, dots, hyphens and underscores',
  );

// RFC 8707 2: an absolute URI without a fragment. It is compared as it is, so nothing in it is mended.
const identifier = z
  .string('must be text')
  .max(LONGEST_IDENTIFIER, `must have at most ${LONGEST_IDENTIFIER} characters`)
  .regex(/^[a-z][a-z0-9+.-]*:[\x21\x23-\x5b\x5d-\x7e]+$/i, 'must be an absolute URI')
  .refine((value) => URL.canParse(value), 'must be an absolute URI')
  .refine((value) => !value.includes('#'), 'must have no fragment');

const scopes = z
  .array(z.strictObject({ name: scopeName, description: text(LONGEST_DESCRIPTION) }))
  .max(MOST_SCOPES, `must be at most ${MOST_SCOPES}`)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    error: 'must hold each name once',
  });

const introspectionClients = z
  .array(clientId)
  .max(MOST_CLIENTS, `must be at most ${MOST_CLIENTS}`)
  .refine((all) => new Set(all).size === all.length, 'must hold each client once');

/** The body of `POST /admin/resource-servers`. */
export const newResourceServer = z.strictObject({
  name: newName,
  identifier,
  scopes: scopes.default([]),
  introspection_clients: introspectionClients.default([]),
});

/**
 * The body of `PATCH /admin/resource-servers/{name}`: a JSON merge patch (RFC 7396), by which a list that is
 * given replaces the whole list.
 */
export const resourceServerChanges = z
  .strictObject({ identifier, scopes, introspection_clients: introspectionClients })
  .partial();

/** The query of `GET /admin/resource-servers`. */
export const resourceServerQuery = z.strictObject(pageQuery);

export type NewResourceServer = z.output<typeof newResourceServer>;
export type ResourceServerChanges = z.output<typeof resourceServerChanges>;
export type ResourceServerQuery = z.output<typeof resourceServerQuery>;
export type ScopeMetadata = NewResourceServer['scopes'][number];
