import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiResponse, ApiSecurity } from '@nestjs/swagger';

export const REQUIRED_SCOPES = 'm2m:required-scopes';

/** The name of the security scheme that a guarded API's OpenAPI document has to define. */
export const OAUTH2_SECURITY_SCHEME = 'oauth2';

/**
 * Asks for an access token with all of the given scopes, and says so in the OpenAPI document.
 * A token without them is answered by 403 `insufficient_scope` (RFC 6750 3.1).
 */
export const RequireScopes = (...scopes: string[]): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(REQUIRED_SCOPES, scopes),
    ApiSecurity(OAUTH2_SECURITY_SCHEME, scopes),
    ApiResponse({ status: 401, description: 'No valid access token (RFC 6750 3)' }),
    ApiResponse({ status: 403, description: `The access token lacks ${scopes.join(', ')}` }),
  );
