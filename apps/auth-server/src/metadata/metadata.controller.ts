import { Controller, Get, Header, type Type } from '@nestjs/common';
import {
  authorizationServerMetadata,
  metadataPath,
  type AuthorizationServerMetadata,
} from './authorization-server-metadata.js';

/** Makes the controller that publishes the metadata at the address the issuer identifier gives it. */
export function metadataController(issuer: string): Type {
  const metadata = authorizationServerMetadata(issuer);

  @Controller()
  class MetadataController {
    @Get(metadataPath(issuer))
    @Header('cache-control', 'public, max-age=300')
    metadata(): AuthorizationServerMetadata {
      return metadata;
    }
  }
  return MetadataController;
}
