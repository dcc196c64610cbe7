import { z } from 'zod';
import { LIMITS, type Range } from './config/limits';

/** Values that several parts of a document have. */

export const MOST_MINUTES = LIMITS.durationMinutes.to + 1;
/** A demo minute. */
export const minute = z.number().min(0).max(MOST_MINUTES);
/** Ms. */
export const span = z.number().min(0).max(86_400_000);
/** 0…1. */
export const share = z.number().min(0).max(1);
export const within = ({ from, to }: Range): z.ZodNumber => z.number().min(from).max(to);

/** What a part of a document is, by its schema. */
export type PartOf<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;
