/** Where a resource publishes its metadata: the well-known part between host and path (RFC 9728 3.1). */
export function metadataPath(resource: string): string {
  const { pathname } = new URL(resource);
  return `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`;
}

/** The address of a resource's metadata, as challenges name it (RFC 9728 5.1). */
export function metadataUrl(resource: string): string {
  const { origin, search } = new URL(resource);
  return origin + metadataPath(resource) + search;
}

/** What is wrong with a resource identifier, if anything (RFC 8707 2, RFC 9728 1.2). */
export function faultOfResource(resource: string): string | undefined {
  if (!URL.canParse(resource)) return 'is no URL';
  const { protocol, pathname } = new URL(resource);
  if (protocol !== 'https:' && protocol !== 'http:') return 'is no http or https URL';
  if (resource.includes('#')) return 'has a fragment';
  // The framework takes the slash away from the route, so that nothing would be where challenges say it is.
  if (pathname !== '/' && pathname.endsWith('/')) {
    return 'has a slash at its end: if tokens have it in `aud`, give it as the audience';
  }
  // It matches routes after decoding.
  if (pathname.includes('%')) {
    return 'has characters in its path that need encoding: if tokens have it in `aud`, give it as the audience';
  }
  return undefined;
}

/** Protected resource metadata (RFC 9728 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  /** Left out if there are none to name (RFC 9728 3.2). */
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name?: string;
}
