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
import { ChangeResourceServer } from './change-resource-server.js';
import { DeleteResourceServer } from './delete-resource-server.js';
import { ListResourceServers } from './list-resource-servers.js';
import { RegisterResourceServer } from './register-resource-server.js';
import type { ResourceServerEntity } from './resource-server.entity.js';
import {
  newResourceServer,
  resourceServerChanges,
  resourceServerName,
  resourceServerQuery,
  type NewResourceServer,
  type ResourceServerChanges,
  type ResourceServerQuery,
} from './resource-server-metadata.js';
import {
  representResourceServer,
  resourceServerPage,
  resourceServerRepresentation,
  type ResourceServerPage,
  type ResourceServerRepresentation,
} from './resource-server-representation.js';
import { ResourceServerRepository } from './resource-server.repository.js';

/** The operator's view of the APIs that access tokens are issued for. */
@ApiTags('resource servers')
@Controller('admin/resource-servers')
export class AdminResourceServersController {
  constructor(
    private readonly settings: AuthServerSettings,
    private readonly servers: ResourceServerRepository,
    private readonly listServers: ListResourceServers,
    private readonly registerServer: RegisterResourceServer,
    private readonly changeServer: ChangeResourceServer,
    private readonly deleteServer: DeleteResourceServer,
  ) {}

  @Post()
  @RequireScopes('clients:write')
  @ApiOperation({ summary: 'Register a resource server' })
  @ApiResponse({
    status: 201,
    standardSchema: resourceServerRepresentation,
    description: 'The resource server',
  })
  @ApiResponse({ status: 400, description: 'The input is invalid' })
  @ApiResponse({ status: 409, description: 'Its name, its identifier or a scope is taken' })
  @ApiResponse({ status: 422, description: 'An introspection client is not registered' })
  async register(
    @CurrentClient() { clientId: actor }: Client,
    @Body({ schema: newResourceServer }) request: NewResourceServer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerRepresentation> {
    const server = await this.registerServer.register(request, actor);
    reply.header('location', `${this.settings.issuer}/admin/resource-servers/${server.name}`);
    return show(server, reply);
  }

  @Get()
  @RequireScopes('clients:read')
  @ApiOperation({ summary: 'List resource servers by their name' })
  @ApiResponse({ status: 200, standardSchema: resourceServerPage, description: 'A page of them' })
  @ApiResponse({ status: 400, description: 'The input is invalid' })
  async list(
    @Query({ schema: resourceServerQuery }) query: ResourceServerQuery,
  ): Promise<ResourceServerPage> {
    return this.listServers.page(query);
  }

  @Get(':name')
  @RequireScopes('clients:read')
  @ApiOperation({ summary: 'Show a resource server' })
  @ApiResponse({
    status: 200,
    standardSchema: resourceServerRepresentation,
    description: 'The resource server',
  })
  @ApiResponse({ status: 404, description: 'There is no such resource server' })
  async show(
    @Param('name', { schema: resourceServerName }) name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerRepresentation> {
    return show(await this.servers.find(name), reply);
  }

  @Patch(':name')
  @VersionedChange()
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOperation({ summary: 'Change a resource server by a JSON merge patch (RFC 7396)' })
  @ApiResponse({
    status: 200,
    standardSchema: resourceServerRepresentation,
    description: 'The resource server',
  })
  @ApiResponse({
    status: 409,
    description:
      'The identifier or a scope is taken, or clients hold a scope that would be removed',
  })
  @ApiResponse({ status: 422, description: 'An introspection client is not registered' })
  async change(
    @Param('name', { schema: resourceServerName }) name: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
    @Body({ schema: resourceServerChanges }) changes: ResourceServerChanges,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceServerRepresentation> {
    const target = { key: name, actor, precondition };
    return show(await this.changeServer.change(target, changes), reply);
  }

  @Delete(':name')
  @VersionedChange()
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a resource server and its scopes' })
  @ApiResponse({ status: 204, description: 'It is deleted' })
  @ApiResponse({ status: 409, description: 'Clients hold a scope of it' })
  async delete(
    @Param('name', { schema: resourceServerName }) name: string,
    @CurrentClient() { clientId: actor }: Client,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.deleteServer.delete({ key: name, actor, precondition });
  }
}

function show(server: ResourceServerEntity, reply: FastifyReply): ResourceServerRepresentation {
  reply.header('etag', entityTag(server.version));
  return representResourceServer(server);
}
