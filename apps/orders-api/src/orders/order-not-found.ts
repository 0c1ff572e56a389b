import { problemCodes } from '@m2m/orders-contract';
import { Problem } from '@m2m/service-defaults';

export const orderNotFound = () =>
  new Problem(404, { code: problemCodes.orderNotFound, detail: 'There is no such order.' });
