import type { SecurityHeadersOptions } from '@nestjs/common';

/**
 * The response headers of a service that answers programs: nothing may be loaded, framed or guessed.
 * `Strict-Transport-Security` counts once there is TLS in front. The headers that only make sense for
 * pages and for browsers of the past are left out.
 */
export const apiSecurityHeaders: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

/**
 * The policy of the one page there is, the API documentation: its own scripts and inline styles, calls of its
 * own API, and of the token endpoint, so that one can get a token in it.
 */
export function apiDocsContentSecurityPolicy(tokenUrl: string): string {
  return [
    "default-src 'self'",
    `connect-src 'self' ${new URL(tokenUrl).origin}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
  ].join('; ');
}
