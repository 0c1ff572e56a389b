import { GuardsModule, refusalReasons, type GuardsEvents } from '@m2m/guards';
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

function accessEvents(logger: EventLogger, metrics: Metrics): GuardsEvents {
  const accepted = metrics.counter({
    name: 'oauth_access_accepted_total',
    help: 'Calls let through by the guard.',
  });
  const refused = metrics.counterBy({
    name: 'oauth_access_refused_total',
    help: 'Calls refused by the guard, by reason.',
    label: 'reason',
    values: refusalReasons,
  });
  return {
    onAccepted: () => accepted.inc(),
    onRefused: ({ reason, clientId }) => {
      refused.inc(reason);
      logger.warn('access.refused', `refused a call: ${reason}`, {
        reason,
        ...(clientId !== undefined && { client_id: clientId }),
      });
    },
  };
}
