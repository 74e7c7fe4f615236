import { createHash } from 'node:crypto';

/** An object whose members are looked at one by one. */
export type Shape = Record<string, unknown>;

/** A shape that is not as the adapter knows it. The message names the place only. */
export class UnknownShapeError extends Error {
  constructor(place: string) {
    super(`${place} is not as expected`);
    this.name = 'UnknownShapeError';
  }
}

export function shape(value: unknown, place: string): Shape {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnknownShapeError(place);
  return value as Shape;
}

export function text(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') throw new UnknownShapeError(place);
  return value;
}

export function list(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw new UnknownShapeError(place);
  return value;
}

/** A time in ISO 8601, in UTC. */
export function time(value: unknown, place: string): string {
  const date = new Date(text(value, place));
  if (Number.isNaN(date.getTime())) throw new UnknownShapeError(place);
  return date.toISOString();
}

export function digest(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
