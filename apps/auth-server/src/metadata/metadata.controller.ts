import { Public } from '@m2m/guards';
import type { SigningAlgorithm } from '@m2m/token-issuance';
import { Controller, Get, Header, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SigningKeys } from '../keys/signing-keys.js';
import {
  authorizationServerMetadata,
  metadataPath,
  type AuthorizationServerMetadata,
} from './authorization-server-metadata.js';

/**
 * Makes the controller that publishes the metadata at the address the issuer identifier gives it.
 *
 * @param nextAlgorithm of the signing keys that will be made.
 * @param registration whether clients may be registered dynamically.
 */
export function metadataController(
  issuer: string,
  nextAlgorithm: SigningAlgorithm,
  registration: boolean,
): Type {
  @Public()
  @ApiExcludeController()
  @Controller()
  class MetadataController {
    constructor(private readonly keys: SigningKeys) {}

    @Get(metadataPath(issuer))
    @Header('cache-control', 'public, max-age=300')
    metadata(): AuthorizationServerMetadata {
      const inUse = this.keys.published.map(({ alg }) => alg);
      const algorithms = [...new Set([nextAlgorithm, ...inUse])];
      return authorizationServerMetadata(issuer, algorithms, registration);
    }
  }
  return MetadataController;
}
