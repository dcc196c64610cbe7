import { runService } from '../lib/server';
import { shippingRoutes } from './routes';

/** Starts the shipping service. */
export const start = (): Promise<void> => runService({ name: 'shipping', routes: shippingRoutes });
