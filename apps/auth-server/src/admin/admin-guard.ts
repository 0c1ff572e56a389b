import { GuardsModule } from '@m2m/guards';
import { accessEvents } from '@m2m/resource-server';
import { EventLogger, Metrics } from '@m2m/service-defaults';
import type { DynamicModule } from '@nestjs/common';
import { SigningKeys } from '../keys/signing-keys.js';
import { RevokedTokensModule } from '../revocation/revoked-tokens.module.js';
import { TokenRevocations } from '../revocation/token-revocations.js';
import { adminScopes } from './admin-scopes.js';

/**
 * Guards every route that is not `@Public()`: it takes the server's own access tokens, issued for itself,
 * and asks at each call whether the token has been revoked.
 */
export function adminGuard(issuer: string, keys: DynamicModule): DynamicModule {
  return GuardsModule.forRootAsync({
    resource: issuer,
    imports: [keys, RevokedTokensModule],
    inject: [SigningKeys, TokenRevocations, EventLogger, Metrics],
    useFactory: (
      signingKeys: SigningKeys,
      revocations: TokenRevocations,
      logger: EventLogger,
      metrics: Metrics,
    ) => ({
      issuer,
      keys: () => signingKeys.keySet,
      isRevoked: (client) => revocations.isRevoked(client),
      scopesSupported: Object.keys(adminScopes),
      ...accessEvents(logger, metrics),
    }),
  });
}
