import { runService } from '../lib/server';
import { paymentRoutes } from './routes';

/** Starts the payment service, which plays the payment provider. */
export const start = (): Promise<void> => runService({ name: 'payment', routes: paymentRoutes });
