import { AuditEventEntity } from '../audit/audit-event.entity.js';
import { ClientEntity } from '../clients/client.entity.js';
import { ClientSecretEntity } from '../clients/client-secret.entity.js';
import { SigningKeyEntity } from '../keys/signing-key.entity.js';
import { ResourceServerEntity } from '../resource-servers/resource-server.entity.js';
import { ScopeEntity } from '../resource-servers/scope.entity.js';
import { CreateRegistry1764000000000 } from './1764000000000-create-registry.migration.js';
import { CompleteRegistry1795000000000 } from './1795000000000-complete-registry.migration.js';
import { ScheduleSigningKeys1795100000000 } from './1795100000000-schedule-signing-keys.migration.js';
import { RefuseReplayedAssertions1795200000000 } from './1795200000000-refuse-replayed-assertions.migration.js';
import { CreateRevokedTokens1795300000000 } from './1795300000000-create-revoked-tokens.migration.js';
import { CountAuthenticationFailures1795400000000 } from './1795400000000-count-authentication-failures.migration.js';
import { CreateAuditEvents1795500000000 } from './1795500000000-create-audit-events.migration.js';
import { FeedRevocations1795600000000 } from './1795600000000-feed-revocations.migration.js';
import { SucceedClientsBeingDeleted1795700000000 } from './1795700000000-succeed-clients-being-deleted.migration.js';
import { NotifyOfChangesByHand1795800000000 } from './1795800000000-notify-of-changes-by-hand.migration.js';

/** The tables of the auth-server and how they came to be. */
export const authDatabase = {
  entities: [
    AuditEventEntity,
    ClientEntity,
    ClientSecretEntity,
    ResourceServerEntity,
    ScopeEntity,
    SigningKeyEntity,
  ],
  migrations: [
    CreateRegistry1764000000000,
    CompleteRegistry1795000000000,
    ScheduleSigningKeys1795100000000,
    RefuseReplayedAssertions1795200000000,
    CreateRevokedTokens1795300000000,
    CountAuthenticationFailures1795400000000,
    CreateAuditEvents1795500000000,
    FeedRevocations1795600000000,
    SucceedClientsBeingDeleted1795700000000,
    NotifyOfChangesByHand1795800000000,
  ],
};
