import { Module } from '@nestjs/common';
import { ClientTokens } from './client-tokens.js';
import { TokenRevocations } from './token-revocations.js';

/** What has been revoked, for all parts that have to know or to change it. */
@Module({
  providers: [
    TokenRevocations,
    { provide: ClientTokens, useFactory: () => new ClientTokens(Date.now) },
  ],
  exports: [TokenRevocations, ClientTokens],
})
export class RevokedTokensModule {}
