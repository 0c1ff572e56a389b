import { Controller, Get, Header, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { GuardsOptions } from '../guards-options.js';
import { Public } from '../scopes/public.decorator.js';
import { metadataPath, type ProtectedResourceMetadata } from './protected-resource-metadata.js';

/** Makes the controller that publishes a resource's metadata (RFC 9728 3) at the address its identifier gives it. */
export function protectedResourceMetadataController(resource: string): Type {
  @Public()
  @ApiExcludeController()
  // RFC 9728 3 gives the address; that of an API with versions in its URLs would have one in front.
  @Controller({ version: VERSION_NEUTRAL })
  class ProtectedResourceMetadataController {
    constructor(private readonly options: GuardsOptions) {}

    @Get(metadataPath(resource))
    @Header('cache-control', 'public, max-age=300')
    metadata(): ProtectedResourceMetadata {
      const { issuer, scopesSupported } = this.options;
      return {
        resource,
        authorization_servers: [issuer],
        ...(scopesSupported.length > 0 && { scopes_supported: scopesSupported }),
        bearer_methods_supported: ['header'],
      };
    }
  }
  return ProtectedResourceMetadataController;
}
