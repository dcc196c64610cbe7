import { runService } from '../lib/server';
import { adRoutes } from './routes';

/** Starts the ad service. */
export const start = (): Promise<void> => runService({ name: 'ad-service', routes: adRoutes });
