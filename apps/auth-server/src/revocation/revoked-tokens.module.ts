import { Module } from '@nestjs/common';
import { ClientTokens } from './client-tokens.js';
import { RevocationFeed } from './revocation-feed.js';
import { TokenRevocations } from './token-revocations.js';

/** What has been revoked, for all parts that have to know or to change it. */
@Module({
  providers: [
    TokenRevocations,
    RevocationFeed,
    { provide: ClientTokens, useFactory: () => new ClientTokens(Date.now) },
  ],
  exports: [TokenRevocations, RevocationFeed, ClientTokens],
})
export class RevokedTokensModule {}
