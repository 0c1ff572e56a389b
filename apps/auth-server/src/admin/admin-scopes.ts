/** The scopes of the admin API, each with what it allows. */
export const adminScopes = {
  'clients:read': 'Read the registry of clients and resource servers, and the signing keys',
  'clients:write': 'Change them',
} as const;

/** Without it nobody could change anything any more. */
export const WRITING_SCOPE = 'clients:write' satisfies keyof typeof adminScopes;
