/** Where a resource publishes its metadata: the well-known part between host and path (RFC 9728 3.1). */
export function metadataPath(resource: string): string {
  const { pathname } = new URL(resource);
  return `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`;
}

/** The address of a resource's metadata, as challenges name it (RFC 9728 5.1). */
export function metadataUrl(resource: string): string {
  return new URL(resource).origin + metadataPath(resource);
}

/** Protected resource metadata (RFC 9728 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name?: string;
}
