import { SetMetadata } from '@nestjs/common';

export const PUBLIC = 'm2m:public';

/** Opens a route, or all of a controller's but not of those that extend it, to callers without a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);
