import { runService } from '../lib/server';
import { currencyRoutes } from './routes';

/** Starts the currency service. */
export const start = (): Promise<void> => runService({ name: 'currency', routes: currencyRoutes });
