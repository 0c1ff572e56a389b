import { Module, type DynamicModule } from '@nestjs/common';
import { SigningKeys } from '../keys/signing-keys.js';
import { IssuedTokenVerifier } from './issued-token.verifier.js';

@Module({})
export class TokenVerificationModule {
  static with(issuer: string, keys: DynamicModule): DynamicModule {
    return {
      module: TokenVerificationModule,
      imports: [keys],
      providers: [
        {
          provide: IssuedTokenVerifier,
          inject: [SigningKeys],
          useFactory: (published: SigningKeys) =>
            new IssuedTokenVerifier(issuer, published, Date.now),
        },
      ],
      exports: [IssuedTokenVerifier],
    };
  }
}
