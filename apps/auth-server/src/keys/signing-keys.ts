import { EventLogger } from '@m2m/service-defaults';
import { generateSigningKey, type SigningKey } from '@m2m/token-issuance';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SigningKeyStore, type StoredSigningKey } from './signing-key.store.js';

/** The keys in use, parsed and in memory: signing a token reads nothing from anywhere. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private keys: readonly StoredSigningKey[] = [];

  constructor(
    private readonly store: SigningKeyStore,
    private readonly logger: EventLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.keys = await this.store.loadOrCreate(() => this.createFirst());
  }

  /** The key new tokens are signed by. */
  get current(): StoredSigningKey {
    const [newest] = this.keys;
    if (!newest) throw new Error('the signing keys are not loaded yet');
    return newest;
  }

  /** Every key a live token may be signed by. */
  get published(): readonly SigningKey[] {
    return this.keys;
  }

  private async createFirst(): Promise<SigningKey> {
    const key = await generateSigningKey();
    this.logger.info('signing_key.created', 'made the first signing key', {
      kid: key.kid,
      alg: key.alg,
    });
    return key;
  }
}
