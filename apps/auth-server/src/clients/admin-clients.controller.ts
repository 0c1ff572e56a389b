import { CurrentClient, RequireScopes, type Client } from '@m2m/guards';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { IfMatch } from '../admin/if-match.decorator.js';
import { entityTag, type Precondition } from '../admin/precondition.js';
import { VersionedChange } from '../admin/versioned-change.decorator.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { ChangeClient } from './change-client.js';
import { clientId } from './client-id.js';
import {
  clientChanges,
  clientQuery,
  newClient,
  secretId,
  secretRotation,
  type ClientChanges,
  type ClientQuery,
  type NewClient,
  type SecretRotation,
} from './client-metadata.js';
import {
  clientPage,
  clientRepresentation,
  clientWithSecret,
  representClientWithSecret,
  type ClientPage,
  type ClientRepresentation,
  type ClientWithSecret,
} from './client-representation.js';
import { ClientRepository } from './client.repository.js';
import type { ClientAndSecret } from './client.transactions.js';
import { DeleteClient } from './delete-client.js';
import { EndSecret } from './end-secret.js';
import { ListClients } from './list-clients.js';
import { RegisterClient } from './register-client.js';
import { RevokeTokens } from './revoke-tokens.js';
import { RotateSecret } from './rotate-secret.js';

/** The operator's view of the clients. */
@ApiTags('clients')
@Controller('admin/clients')
export class AdminClientsController {
  constructor(
    private readonly settings: AuthServerSettings,
    private readonly clients: ClientRepository,
    private readonly listClients: ListClients,
    private readonly registerClient: RegisterClient,
    private readonly changeClient: ChangeClient,
    private readonly deleteClient: DeleteClient,
    private readonly rotateSecret: RotateSecret,
    private readonly endSecret: EndSecret,
    private readonly revokeTokens: RevokeTokens,
  ) {}

  @Post()
  @RequireScopes('clients:write')
  @ApiOperation({ summary: 'Register a client; its secret, if it has one, is shown this once' })
  @ApiResponse({ status: 201, standardSchema: clientWithSecret, description: 'The client' })
  @ApiResponse({ status: 400, description: 'The input is invalid' })
  @ApiResponse({ status: 409, description: 'The client_id is taken' })
  @ApiResponse({ status: 422, description: 'A scope is unknown' })
  async register(
    @CurrentClient() { clientId: actor }: Client,
    @Body({ schema: newClient }) request: NewClient,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientWithSecret> {
    const registered = await this.registerClient.register(request, actor);
    const path = encodeURIComponent(registered.client.clientId);
    reply.header('location', `${this.settings.issuer}/admin/clients/${path}`);
    return show(registered, reply);
  }

  @Get()
  @RequireScopes('clients:read')
  @ApiOperation({ summary: 'List clients by their client_id' })
  @ApiResponse({ status: 200, standardSchema: clientPage, description: 'A page of clients' })
  @ApiResponse({ status: 400, description: 'The input is invalid' })
  async list(@Query({ schema: clientQuery }) query: ClientQuery): Promise<ClientPage> {
    return this.listClients.page(query);
  }

  @Get(':client_id')
  @RequireScopes('clients:read')
  @ApiOperation({ summary: 'Show a client' })
  @ApiResponse({ status: 200, standardSchema: clientRepresentation, description: 'The client' })
  @ApiResponse({ status: 404, description: 'There is no such client' })
  async show(
    @Param('client_id', { schema: clientId }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientRepresentation> {
    return show({ client: await this.clients.find(id), secret: undefined }, reply);
  }

  @Patch(':client_id')
  @VersionedChange()
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOperation({
    summary: 'Change a client by a JSON merge patch (RFC 7396)',
    description:
      'A client that goes over to private_key_jwt loses its secrets at once. One that comes back from it loses its keys and is given a secret, which is shown this once.',
  })
  @ApiResponse({ status: 200, standardSchema: clientWithSecret, description: 'The client' })
  @ApiResponse({ status: 409, description: 'It would shut out the client that asks for it' })
  @ApiResponse({ status: 422, description: 'A scope is unknown' })
  async change(
    @Param('client_id', { schema: clientId }) id: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
    @Body({ schema: clientChanges }) changes: ClientChanges,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientWithSecret> {
    const target = { key: id, actor, precondition };
    return show(await this.changeClient.change(target, changes), reply);
  }

  @Delete(':client_id')
  @VersionedChange()
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a client' })
  @ApiResponse({ status: 204, description: 'It is deleted' })
  @ApiResponse({ status: 409, description: 'It is the client that asks for it' })
  async delete(
    @Param('client_id', { schema: clientId }) id: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.deleteClient.delete({ key: id, actor, precondition });
  }

  @Post(':client_id/disable')
  @VersionedChange()
  @HttpCode(200)
  @ApiOperation({ summary: 'Disable a client: it gets no tokens any more' })
  @ApiResponse({ status: 200, standardSchema: clientRepresentation, description: 'The client' })
  @ApiResponse({ status: 409, description: 'It is the client that asks for it' })
  async disable(
    @Param('client_id', { schema: clientId }) id: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientRepresentation> {
    const target = { key: id, actor, precondition };
    return show(await this.changeClient.change(target, { disabled: true }), reply);
  }

  @Post(':client_id/enable')
  @VersionedChange()
  @HttpCode(200)
  @ApiOperation({ summary: 'Enable a client that was disabled' })
  @ApiResponse({ status: 200, standardSchema: clientRepresentation, description: 'The client' })
  async enable(
    @Param('client_id', { schema: clientId }) id: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientRepresentation> {
    const target = { key: id, actor, precondition };
    return show(await this.changeClient.change(target, { disabled: false }), reply);
  }

  @Post(':client_id/revoke-tokens')
  @VersionedChange()
  @HttpCode(200)
  @ApiOperation({ summary: 'Revoke all access tokens a client has been issued so far' })
  @ApiResponse({ status: 200, standardSchema: clientRepresentation, description: 'The client' })
  async revokeAllTokens(
    @Param('client_id', { schema: clientId }) id: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientRepresentation> {
    const client = await this.revokeTokens.revoke({ key: id, actor, precondition });
    return show({ client, secret: undefined }, reply);
  }

  @Post(':client_id/rotate-secret')
  @VersionedChange()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a client another secret, shown this once; the others end after an overlap',
  })
  @ApiResponse({ status: 200, standardSchema: clientWithSecret, description: 'The client' })
  @ApiResponse({ status: 409, description: 'It has no secrets, or too many' })
  async rotate(
    @Param('client_id', { schema: clientId }) id: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
    @Body({ schema: secretRotation }) { overlap_seconds: overlapSeconds }: SecretRotation,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientWithSecret> {
    const target = { key: id, actor, precondition };
    return show(await this.rotateSecret.rotate(target, overlapSeconds), reply);
  }

  @Delete(':client_id/secrets/:secret_id')
  @VersionedChange()
  @HttpCode(204)
  @ApiOperation({ summary: 'End a secret of a client now' })
  @ApiResponse({ status: 204, description: 'It is refused from now on' })
  @ApiResponse({ status: 409, description: 'It is the last one of the client that asks for it' })
  async end(
    @Param('client_id', { schema: clientId }) id: string,
    @Param('secret_id', { schema: secretId }) secret: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.endSecret.end({ key: id, actor, precondition }, secret);
  }
}

function show({ client, secret }: ClientAndSecret, reply: FastifyReply): ClientWithSecret {
  reply.header('etag', entityTag(client.version));
  return representClientWithSecret(client, secret);
}
