import { CurrentClient, RequireScopes, type Client } from '@m2m/guards';
import { Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { ScheduledKey } from './key-schedule.js';
import type { StoredSigningKey } from './stored-signing-key.js';
import { SigningKeyLifecycle } from './signing-key.lifecycle.js';
import {
  representSigningKey,
  signingKey,
  signingKeyList,
  type SigningKeyList,
  type SigningKeyRepresentation,
} from './signing-key.representation.js';
import { SigningKeys } from './signing-keys.js';

/** The operator's view of the signing keys. */
@ApiTags('keys')
@Controller('admin/keys')
export class AdminKeysController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly lifecycle: SigningKeyLifecycle,
  ) {}

  @Get()
  @RequireScopes('clients:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'List the signing keys, newest first' })
  @ApiResponse({ status: 200, standardSchema: signingKeyList, description: 'All of them' })
  async list(): Promise<SigningKeyList> {
    await this.keys.reload();
    const now = Date.now();
    const items = this.keys.schedule.keys.map((key) => representSigningKey(key, now));
    return { items, nextCursor: null };
  }

  @Post('rotate')
  @RequireScopes('clients:write')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Announce the next signing key, which takes over by itself' })
  @ApiResponse({ status: 201, standardSchema: signingKey, description: 'The announced key' })
  @ApiResponse({ status: 409, description: 'The next key is announced already' })
  async rotate(@CurrentClient() client: Client): Promise<SigningKeyRepresentation> {
    return this.shown(await this.lifecycle.rotate(client.clientId));
  }

  @Post(':kid/retire')
  @RequireScopes('clients:write')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Withdraw a signing key at once: what it has signed is not good any more',
  })
  @ApiResponse({ status: 200, standardSchema: signingKey, description: 'The withdrawn key' })
  @ApiResponse({ status: 404, description: 'There is no such key' })
  async retire(
    @Param('kid') kid: string,
    @CurrentClient() client: Client,
  ): Promise<SigningKeyRepresentation> {
    return this.shown(await this.lifecycle.withdraw(kid, client.clientId));
  }

  // Who is answered can rely on it here; the other replicas hear of it within a moment.
  private async shown(key: ScheduledKey<StoredSigningKey>): Promise<SigningKeyRepresentation> {
    await this.keys.reload();
    return representSigningKey(key, Date.now());
  }
}
