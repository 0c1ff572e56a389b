import { Module, type DynamicModule } from '@nestjs/common';
import { ClientAuthenticationModule } from '../client-authentication/client-authentication.module.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { RevokedTokensModule } from '../revocation/revoked-tokens.module.js';
import { IntrospectionResponseSigner } from './introspection-response.signer.js';
import { IntrospectionController } from './introspection.controller.js';
import { TokenIntrospection } from './token-introspection.js';

@Module({})
export class IntrospectionModule {
  static with(issuer: string, keys: DynamicModule, verification: DynamicModule): DynamicModule {
    return {
      module: IntrospectionModule,
      imports: [ClientAuthenticationModule, keys, RevokedTokensModule, verification],
      controllers: [IntrospectionController],
      providers: [
        TokenIntrospection,
        {
          provide: IntrospectionResponseSigner,
          inject: [SigningKeys],
          useFactory: (signing: SigningKeys) =>
            new IntrospectionResponseSigner(issuer, signing, Date.now),
        },
      ],
    };
  }
}
